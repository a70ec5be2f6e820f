package io.openclaw.gateway.approval.channel;

import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.KeptLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.SmartLifecycle;

/**
 * Asks, sends and decides in the background, each channel on a thread of its own: one that hangs holds up no other, and nothing that
 * decides about calls waits for any of them. Without a channel it does nothing.
 */
final class ChannelWork implements SmartLifecycle {
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration KEPT = Duration.ofDays(2);
    private static final Duration PURGE_EVERY = Duration.ofHours(1);

    private final Outreach outreach;
    private final Presses presses;
    private final List<Sender> senders;
    private final ChannelStore store;
    private final BackgroundWork work;
    private final Clock clock;
    private final List<KeptLoop> loops = new ArrayList<>();
    private volatile boolean running;
    private Instant purgedAt = Instant.EPOCH;

    ChannelWork(
            Outreach outreach,
            Presses presses,
            List<Sender> senders,
            ChannelStore store,
            BackgroundWork work,
            Clock clock) {
        this.outreach = outreach;
        this.presses = presses;
        this.senders = List.copyOf(senders);
        this.store = store;
        this.work = work;
        this.clock = clock;
    }

    private void pass() {
        outreach.pass();
        presses.pass();
        Instant now = clock.instant();
        if (purgedAt.plus(PURGE_EVERY).isBefore(now)) {
            store.purge(now.minus(KEPT));
            purgedAt = now;
        }
    }

    @Override
    public void start() {
        running = true;
        if (senders.isEmpty()) {
            return;
        }
        loops.add(KeptLoop.start("channels", work, EVERY, this::pass));
        senders.forEach(
                sender -> loops.add(KeptLoop.start("channel-" + sender.channel().name(), work, EVERY, sender::pass)));
    }

    @Override
    public void stop() {
        running = false;
        loops.forEach(loop -> loop.stop(STOP_TIMEOUT));
        loops.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
