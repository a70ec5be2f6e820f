package io.openclaw.gateway.ingress.execute.core;

/**
 * What models cost.
 *
 * @param inputTokens tokens of questions
 * @param outputTokens tokens of answers
 * @param costUsd US dollars by the prices that are set
 */
public record Spending(long inputTokens, long outputTokens, double costUsd) {
    /** Nothing yet. */
    public static final Spending NONE = new Spending(0, 0, 0);

    /** Returns the tokens of questions and answers. */
    public long tokens() {
        return inputTokens + outputTokens;
    }

    /** Returns both together. */
    public Spending plus(Spending other) {
        return new Spending(
                inputTokens + other.inputTokens, outputTokens + other.outputTokens, costUsd + other.costUsd);
    }
}
