package io.openclaw.gateway.ingress.execute.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The language model that plans a run. */
public interface Planner {
    /** Returns the model's name. */
    String model();

    /**
     * Asks the model what to do next.
     *
     * @throws PlannerFailedException saying why there is no usable answer
     */
    Reply ask(Question question) throws PlannerFailedException;

    /**
     * What the model is asked.
     *
     * @param system what it is and how it is to behave
     * @param messages the conversation so far
     * @param tools what it may choose from
     */
    record Question(String system, List<Message> messages, List<OfferedTool> tools) {}

    /** A message of the conversation. */
    sealed interface Message {
        /** What the user wants. */
        record Asked(String text) implements Message {}

        /** What the model said and chose. */
        record Answered(@Nullable String text, List<Choice> choices) implements Message {}

        /** What came of a choice. */
        record Told(String choiceId, String name, String text) implements Message {}
    }

    /**
     * What the model answered.
     *
     * @param choices the tools that it wants to call, with their arguments as it wrote them
     */
    record Reply(@Nullable String text, List<Choice> choices, Spending spent) {}
}
