package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.ingress.core.AgentLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a run may use. A limit is looked at before each question and each step, so one question may go beyond a limit of tokens or
 * money, and none follows it.
 *
 * @param steps tool calls of a run
 * @param time of a run, without the time in which it waits for people
 * @param tokens of a run, of questions and answers together
 * @param costUsd US dollars of a run
 * @param tokensPerDay of all runs of an agent in a day (UTC)
 * @param costPerDayUsd US dollars of all runs of an agent in a day (UTC)
 */
public record RunLimits(
        int steps, Duration time, long tokens, double costUsd, long tokensPerDay, double costPerDayUsd) {

    /** Tells the limits of an agent's runs. */
    public interface Source {
        /** @param roles the roles that a token proved */
        RunLimits of(String agent, List<String> roles);
    }

    /**
     * Returns the limits of an agent's runs: what the policy's limits for it say, and the defaults where they say nothing. Of several the
     * smallest counts, the defaults among them.
     *
     * @param roles the roles that a token proved, beside those that the policy gives the agent
     */
    public static RunLimits of(PolicyDocument policy, RunLimits defaults, String agent, List<String> roles) {
        List<PolicyDocument.Limit> held = AgentLimits.heldBy(policy, agent, roles);
        // No dollars are no limit in the settings, and no dollars in a policy.
        double usd = AgentLimits.least(
                held, PolicyDocument.Limit::runUsdPerDay, defaults.costPerDayUsd > 0 ? defaults.costPerDayUsd : -1);
        return new RunLimits(
                Math.min(defaults.steps, AgentLimits.least(held, PolicyDocument.Limit::runSteps, defaults.steps)),
                defaults.time,
                Math.min(defaults.tokens, AgentLimits.least(held, PolicyDocument.Limit::runTokens, defaults.tokens)),
                defaults.costUsd,
                Math.min(
                        defaults.tokensPerDay,
                        AgentLimits.least(held, PolicyDocument.Limit::runTokensPerDay, defaults.tokensPerDay)),
                usd < 0 ? 0 : defaults.costPerDayUsd > 0 ? Math.min(usd, defaults.costPerDayUsd) : Math.max(usd, 1e-9));
    }

    /**
     * Returns which limit a run has reached, and what it allows, in one sentence.
     *
     * @param today what all runs of the agent cost today
     */
    public Optional<String> reached(Run run, Spending today, Instant now) {
        if (run.activeTime(now).compareTo(time) >= 0) {
            return Optional.of(
                    "the run took as long as it may, " + time.toSeconds() + " s (openclaw.execute.max-time)");
        }
        if (run.spent().tokens() >= tokens) {
            return Optional.of("the run used as many tokens as it may, " + tokens
                    + " (openclaw.execute.max-tokens, or runTokens of a limit of the policy)");
        }
        if (costUsd > 0 && run.spent().costUsd() >= costUsd) {
            return Optional.of("the run cost as much as it may, " + usd(costUsd) + " (openclaw.execute.max-cost-usd)");
        }
        return reachedToday(run.asked().agent(), today);
    }

    /** Returns which limit an agent has reached today, in one sentence. */
    public Optional<String> reachedToday(String agent, Spending today) {
        if (today.tokens() >= tokensPerDay) {
            return Optional.of(
                    "the runs of agent '" + agent + "' used as many tokens today (UTC) as they may, " + tokensPerDay
                            + " (openclaw.execute.agent-tokens-per-day, or runTokensPerDay of a limit of the policy)");
        }
        if (costPerDayUsd > 0 && today.costUsd() >= costPerDayUsd) {
            return Optional.of(
                    "the runs of agent '" + agent + "' cost as much today (UTC) as they may, " + usd(costPerDayUsd)
                            + " (openclaw.execute.agent-cost-per-day-usd, or runUsdPerDay of a limit of the policy)");
        }
        return Optional.empty();
    }

    /** Returns that a run has no further step, in one sentence. */
    String noMoreSteps() {
        return "the run took as many steps as it may, " + steps
                + " (openclaw.execute.max-steps, or runSteps of a limit of the policy)";
    }

    private static String usd(double amount) {
        return String.format(Locale.ROOT, "%.2f US dollars", amount);
    }
}
