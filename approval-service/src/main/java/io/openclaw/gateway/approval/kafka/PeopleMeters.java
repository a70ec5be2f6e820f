package io.openclaw.gateway.approval.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.metrics.BoundedLabel;
import io.openclaw.gateway.common.metrics.Histograms;
import io.openclaw.gateway.common.metrics.StageMeters;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Meters what people decide, and how long calls waited for them. */
final class PeopleMeters {
    private static final int MAX_CHANNELS = 20;
    private static final String NONE = "none";

    private final MeterRegistry meters;
    private final StageMeters stage;
    private final BoundedLabel channels = new BoundedLabel(MAX_CHANNELS);

    PeopleMeters(MeterRegistry meters) {
        this.meters = meters;
        this.stage = new StageMeters(meters, "approval");
        // From the start, so that the first one is an increase.
        for (Status status : Status.values()) {
            if (status != Status.PENDING) {
                decided(status, null);
            }
        }
    }

    /** Notes what an approval is now; one that waits is not over. */
    void changed(Approval approval) {
        Status status = approval.status();
        if (status == Status.PENDING) {
            return;
        }
        Duration waited = Duration.between(approval.requestedAt(), approval.changedAt());
        decided(status, approval.channel()).record(waited.isNegative() ? Duration.ZERO : waited);
        if (status == Status.APPROVED || status == Status.DENIED) {
            stage.decided(approval.verdict());
        }
    }

    private Timer decided(Status status, @Nullable String channel) {
        return Histograms.ofPeople("openclaw.approvals.decided")
                .description(
                        "From the request of a call to a person's decision about it, or to the end of waiting for one")
                .tag("status", status.name())
                .tag("channel", channel == null ? NONE : channels.of(channel))
                .register(meters);
    }
}
