package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.ingress.execute.core.RunRules.Next;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a run answers: the model's words, and what the gateway adds so that nothing that was refused or failed goes unsaid. */
final class RunOutput {
    private RunOutput() {}

    static String of(Run run, Next.End end) {
        List<String> parts = new ArrayList<>();
        String said = lastWords(run);
        if (said != null) {
            parts.add(said);
        }
        CallError error = end.error();
        if (error != null) {
            parts.add(error.message());
        }
        List<String> notes = notes(run);
        if (!notes.isEmpty()) {
            parts.add("The gateway adds:\n- " + String.join("\n- ", notes));
        }
        return String.join("\n\n", parts);
    }

    private static @Nullable String lastWords(Run run) {
        for (int i = run.turns().size() - 1; i >= 0; i--) {
            String text = run.turns().get(i).text();
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    /** Returns a sentence for each step that did not do what it was for. */
    static List<String> notes(Run run) {
        return run.steps().stream()
                .filter(step -> step.isOver() && !step.hasSucceeded())
                .map(RunOutput::note)
                .toList();
    }

    private static String note(Step step) {
        String which = "Step " + step.number() + " (" + step.address() + ") ";
        Outcome outcome = step.outcome();
        CallError error = step.error();
        String why = error == null ? "" : error.message();
        if (outcome == null) {
            return which + "was not done: " + why;
        }
        String reason = outcome == Outcome.DENIED ? ToldResult.refusal(step.verdicts(), why) : why;
        return which + ToldResult.words(outcome) + (reason.isEmpty() ? "." : ": " + reason);
    }
}
