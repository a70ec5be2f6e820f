package io.openclaw.gateway.ingress.execute.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.event.ModelAsked;
import io.openclaw.gateway.common.event.RunEnded;
import io.openclaw.gateway.common.event.RunEvent;
import io.openclaw.gateway.common.event.RunPlanned;
import io.openclaw.gateway.common.event.RunStarted;
import io.openclaw.gateway.common.event.RunStepEnded;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
import io.openclaw.gateway.ingress.execute.core.RunLog;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** Publishes what runs do, and counts it. */
public final class RecordedRuns implements RunLog {
    private final EventPublisher publisher;
    private final MeterRegistry meters;

    public RecordedRuns(EventPublisher publisher, MeterRegistry meters) {
        this.publisher = publisher;
        this.meters = meters;
    }

    @Override
    public void publish(RunEvent event) {
        try {
            publisher.publish(event).join();
        } catch (CompletionException e) {
            throw new PipelineUnavailableException("the broker did not take what the run does", e.getCause());
        }
        meter(event);
    }

    private void meter(RunEvent event) {
        switch (event) {
            case RunStarted started ->
                meters.counter("openclaw.runs.started", "mode", started.mode()).increment();
            case RunPlanned planned -> meters.counter("openclaw.runs.plans").increment();
            case ModelAsked asked -> {
                String outcome =
                        asked.error() == null ? "answered" : asked.error().type();
                meters.timer("openclaw.runs.model.calls", "model", asked.model(), "outcome", outcome)
                        .record(Duration.ofMillis(asked.millis()));
                meters.counter("openclaw.runs.model.tokens", "model", asked.model(), "kind", "input")
                        .increment((double) asked.inputTokens());
                meters.counter("openclaw.runs.model.tokens", "model", asked.model(), "kind", "output")
                        .increment((double) asked.outputTokens());
                meters.counter("openclaw.runs.model.cost.usd", "model", asked.model())
                        .increment(asked.costUsd());
            }
            case RunStepEnded ended ->
                meters.counter("openclaw.runs.steps", "outcome", ended.outcome())
                        .increment();
            case RunEnded ended ->
                meters.counter("openclaw.runs.ended", "outcome", ended.outcome())
                        .increment();
        }
    }
}
