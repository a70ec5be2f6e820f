package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.json.RawJson;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A model that says what it was told to say, in order. */
public final class ScriptedPlanner implements Planner {
    public static final Spending EACH = new Spending(100, 10, 0.01);

    private final Deque<Object> script = new ArrayDeque<>();
    private final List<Question> questions = new ArrayList<>();

    public ScriptedPlanner says(String text) {
        script.add(new Reply(text, List.of(), EACH));
        return this;
    }

    public ScriptedPlanner chooses(Choice... choices) {
        script.add(new Reply(null, List.of(choices), EACH));
        return this;
    }

    public ScriptedPlanner fails(String kind, boolean worthARetry) {
        script.add(new PlannerFailedException(kind, "The model double " + kind + ".", worthARetry, Spending.NONE));
        return this;
    }

    public ScriptedPlanner isSilent() {
        script.add(new Reply(null, List.of(), EACH));
        return this;
    }

    public static Choice choice(String id, String tool, String arguments) {
        return new Choice(id, tool, RunDriver.argumentsOf(arguments));
    }

    public static Choice plan(String id, String steps) {
        return new Choice(id, Instructions.PLAN_TOOL, RawJson.of("{\"steps\":" + steps + "}"));
    }

    /** Returns what it was asked. */
    public List<Question> questions() {
        return questions;
    }

    /** Returns what it was told last of what came of its choices. */
    public String toldLast() {
        return questions.getLast().messages().stream()
                .filter(Message.Told.class::isInstance)
                .map(message -> ((Message.Told) message).text())
                .reduce((first, second) -> second)
                .orElse("");
    }

    @Override
    public String model() {
        return "double";
    }

    @Override
    public Reply ask(Question question) throws PlannerFailedException {
        questions.add(question);
        Object next = script.isEmpty() ? new Reply("I have nothing to say.", List.of(), EACH) : script.pop();
        if (next instanceof PlannerFailedException failed) {
            throw failed;
        }
        return (Reply) next;
    }
}
