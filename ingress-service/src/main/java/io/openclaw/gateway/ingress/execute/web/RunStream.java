package io.openclaw.gateway.ingress.execute.web;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.ingress.execute.Runs;
import io.openclaw.gateway.ingress.execute.core.Plan;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.Step;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/**
 * Follows a run as server-sent events: {@code run} first, {@code plan} for each revision, {@code step} for each change of a step, and at last
 * {@code end} or, if it still goes on or waits, {@code wait}, which has the URL to go on with.
 */
final class RunStream {
    private static final Duration BEAT = Duration.ofSeconds(10);

    private final Runs runs;
    private final HttpServletResponse response;
    private final String url;
    private final Clock clock;
    private final Map<Integer, Step.State> told = new HashMap<>();
    private @Nullable Plan plan;

    RunStream(Runs runs, HttpServletResponse response, String url, Clock clock) {
        this.runs = runs;
        this.response = response;
        this.url = url;
        this.clock = clock;
    }

    void follow(Run run, Duration timeout, Predicate<Run> enough) throws IOException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        OutputStream out = response.getOutputStream();
        send(out, "run", Map.of("request_id", run.runId(), "url", url, "state", run.state()));
        Instant end = clock.instant().plus(timeout);
        Instant beat = clock.instant().plus(BEAT);
        Run known = run;
        while (true) {
            tell(out, known);
            Duration left = Duration.between(clock.instant(), end);
            if (enough.test(known)
                    || !left.isPositive()
                    || runs.isLeaving()
                    || Thread.currentThread().isInterrupted()) {
                break;
            }
            known = runs.awaitChange(known, left);
            if (clock.instant().isAfter(beat)) {
                out.write(": it goes on\n\n".getBytes(StandardCharsets.UTF_8));
                out.flush();
                beat = clock.instant().plus(BEAT);
            }
        }
        send(out, known.state().isOver() ? "end" : "wait", RunView.of(known, url));
    }

    private void tell(OutputStream out, Run run) throws IOException {
        Plan now = run.plan();
        if (now != null && !now.equals(plan)) {
            plan = now;
            send(out, "plan", RunView.PlanView.of(now));
        }
        for (Step step : run.steps()) {
            if (step.state() != told.put(step.number(), step.state())) {
                send(out, "step", RunView.StepView.of(step));
            }
        }
    }

    private static void send(OutputStream out, String event, @Nullable Object data) throws IOException {
        out.write(("event: " + event + "\ndata: " + Json.MAPPER.writeValueAsString(data) + "\n\n")
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
