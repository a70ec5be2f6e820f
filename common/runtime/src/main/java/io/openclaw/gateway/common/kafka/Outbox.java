package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import java.time.Duration;
import java.util.function.Function;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what must not go unsaid, however long the broker is away. An event that the broker will never take, because it is too
 * large, is replaced by another, once.
 */
public final class Outbox {
    private static final Logger log = LoggerFactory.getLogger(Outbox.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

    private final EventPublisher publisher;

    public Outbox(EventPublisher publisher) {
        this.publisher = publisher;
    }

    /**
     * Publishes an event, and returns when the broker has it, or will take neither it nor its replacement.
     *
     * @param replacement makes the event that is published instead, of the reason why the broker will not take this one
     * @return the event that was published, or tried last
     */
    public <E extends GatewayEvent> E publish(E event, Function<Throwable, E> replacement) {
        E next = event;
        boolean isReplaced = false;
        for (Duration pause = FIRST_PAUSE; ; pause = longer(pause)) {
            try {
                publisher.publish(next).join();
                return next;
            } catch (RuntimeException e) {
                Throwable root = rootOf(e);
                if (root instanceof RecordTooLargeException || root instanceof SerializationException) {
                    log.error("the broker will not take {}: {}", name(next), root.toString());
                    if (isReplaced) {
                        return next;
                    }
                    next = replacement.apply(root);
                    isReplaced = true;
                } else {
                    log.warn("{} is not published yet: {}", name(next), e.toString());
                    pause(pause);
                }
            }
        }
    }

    private static String name(GatewayEvent event) {
        return "the " + event.getClass().getSimpleName() + " of " + event.subject();
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : twice;
    }

    private static Throwable rootOf(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
