package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.web.Problems;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Tells open pages that something changed (server-sent events), so that they fetch what they show anew. A number that grows with
 * each change is looked at twice a second while somebody listens, so every instance tells of what any instance did.
 */
public final class LiveUpdates implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LiveUpdates.class);
    private static final int MAX_LISTENERS = 200;
    private static final Duration LOOK_EVERY = Duration.ofMillis(400);
    private static final int BEATS_PER_COMMENT = 40;
    private static final Duration MAX_LIFE = Duration.ofMinutes(10);

    private final String name;
    private final LongSupplier version;
    private final Set<SseEmitter> listeners = ConcurrentHashMap.newKeySet();
    private volatile boolean running;

    /** @param version a number that is another after each change */
    public LiveUpdates(String name, LongSupplier version) {
        this.name = name;
        this.version = version;
    }

    /** Returns a stream of the event {@code changed}. */
    public SseEmitter listen() {
        if (!running || listeners.size() >= MAX_LISTENERS) {
            throw Problems.of(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "too-many-listeners",
                    "Too many open pages",
                    "This instance tells " + listeners.size()
                            + " pages of changes already. Close some, or reload by hand.");
        }
        var emitter = new SseEmitter(MAX_LIFE.toMillis());
        emitter.onCompletion(() -> listeners.remove(emitter));
        emitter.onTimeout(() -> listeners.remove(emitter));
        emitter.onError(problem -> listeners.remove(emitter));
        listeners.add(emitter);
        // What changed between the page and this moment, nobody would tell of.
        send(emitter, SseEmitter.event().name("changed").data("0"));
        return emitter;
    }

    private void watch() {
        long seen = -1;
        int beats = 0;
        while (running) {
            try {
                Thread.sleep(LOOK_EVERY);
                if (listeners.isEmpty()) {
                    continue;
                }
                long now = version.getAsLong();
                if (now != seen) {
                    seen = now;
                    listeners.forEach(each ->
                            send(each, SseEmitter.event().name("changed").data(Long.toString(now))));
                } else if (++beats % BEATS_PER_COMMENT == 0) {
                    listeners.forEach(each -> send(each, SseEmitter.event().comment("")));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                log.warn("{}: cannot see whether something changed: {}", name, e.toString());
            }
        }
    }

    private void send(SseEmitter emitter, SseEmitter.SseEventBuilder event) {
        try {
            emitter.send(event);
        } catch (IOException | IllegalStateException e) {
            listeners.remove(emitter);
        }
    }

    @Override
    public void start() {
        running = true;
        Thread.ofVirtual().name("live-" + name).start(this::watch);
    }

    /** Ends the streams, so that the web server need not wait for them. */
    @Override
    public void stop() {
        running = false;
        listeners.forEach(SseEmitter::complete);
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
