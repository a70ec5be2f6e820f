package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.event.ConsoleActed;
import io.openclaw.gateway.common.kafka.EventPublisher;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts on record what people do at the console. The person is not kept waiting for the broker. */
public final class ConsoleJournal {
    private static final Logger log = LoggerFactory.getLogger(ConsoleJournal.class);

    private final EventPublisher publisher;
    private final String instance;
    private final Clock clock;

    public ConsoleJournal(EventPublisher publisher, String instance, Clock clock) {
        this.publisher = publisher;
        this.instance = instance;
        this.clock = clock;
    }

    /**
     * Notes an action; see {@link ConsoleActed}.
     *
     * @param details more, for people; never a secret
     */
    public void note(String person, String action, String subject, @Nullable String details, @Nullable String address) {
        var acted = new ConsoleActed(person, action, subject, details, address, clock.instant(), instance, Map.of());
        log.info("{} {} {}", person, action, subject);
        Thread.startVirtualThread(() -> {
            try {
                publisher.publish(acted).join();
            } catch (RuntimeException e) {
                log.warn("{} of {} is not on record: {}", action, person, e.toString());
            }
        });
    }
}
