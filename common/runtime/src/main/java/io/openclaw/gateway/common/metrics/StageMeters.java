package io.openclaw.gateway.common.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.GatewayEvent;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What is measured of each stage: how long records wait for it, how long it works on one, what it decides, and by which rules. All
 * of one stage in a process share the same meters.
 */
public final class StageMeters {
    private static final String GROUP_PREFIX = "openclaw-";
    private static final int MAX_RULES = 100;

    private final MeterRegistry meters;
    private final String stage;
    private final Timer queue;
    private final Timer work;
    private final BoundedLabel rules = new BoundedLabel(MAX_RULES);

    /** @param stage its name, such as {@code policy} */
    public StageMeters(MeterRegistry meters, String stage) {
        this.meters = meters;
        this.stage = stage;
        this.queue = Histograms.ofWork("openclaw.stage.queue")
                .description("How long a record was in its topic before the stage took it")
                .tag("stage", stage)
                .register(meters);
        this.work = Histograms.ofWork("openclaw.stage.work")
                .description("How long the stage worked on a record")
                .tag("stage", stage)
                .register(meters);
    }

    /** Returns the meters of the stage whose consumer group or share group this is, such as {@code openclaw-policy}. */
    public static StageMeters ofGroup(MeterRegistry meters, String group) {
        return new StageMeters(meters, group.startsWith(GROUP_PREFIX) ? group.substring(GROUP_PREFIX.length()) : group);
    }

    /**
     * Notes that a record was taken.
     *
     * @param nowMillis when, in milliseconds since 1970; a record from the future did not wait
     */
    public void taken(ConsumerRecord<?, ?> record, long nowMillis) {
        queue.record(Math.max(0, nowMillis - record.timestamp()), TimeUnit.MILLISECONDS);
    }

    /** Notes that the stage worked on a record for some nanoseconds. */
    public void worked(long nanos) {
        work.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Notes the verdicts of an event that the one it follows from does not have. */
    public void decided(GatewayEvent before, GatewayEvent after) {
        if (before instanceof CallEvent from && after instanceof CallEvent to) {
            List<Verdict> known = from.verdicts();
            List<Verdict> verdicts = to.verdicts();
            for (int i = 0; i < verdicts.size(); i++) {
                Verdict verdict = verdicts.get(i);
                if (i >= known.size() || !verdict.equals(known.get(i))) {
                    decided(verdict);
                }
            }
        }
    }

    /** Notes a verdict. */
    public void decided(Verdict verdict) {
        meters.counter(
                        "openclaw.verdicts",
                        "stage",
                        stage,
                        "outcome",
                        verdict.outcome().name())
                .increment();
        verdict.reasons()
                .forEach(reason -> meters.counter(
                                "openclaw.rule.hits", "stage", stage, "rule", rules.of(reason.ruleId()))
                        .increment());
    }
}
