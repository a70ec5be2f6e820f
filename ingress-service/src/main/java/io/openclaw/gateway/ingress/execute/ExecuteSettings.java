package io.openclaw.gateway.ingress.execute;

import io.openclaw.gateway.ingress.execute.core.RunDriver;
import io.openclaw.gateway.ingress.execute.core.RunLimits;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of {@code /execute}.
 *
 * @param maxSteps tool calls of a run
 * @param maxTime of a run, without the time in which it waits for people
 * @param maxTokens of a run, of questions to the model and its answers together
 * @param maxCostUsd US dollars of a run, by the prices of the model; no limit, if 0
 * @param agentTokensPerDay of all runs of an agent in a day (UTC)
 * @param agentCostPerDayUsd US dollars of all runs of an agent in a day (UTC); no limit, if 0
 * @param agentMaxOpen how many runs an agent may have open at once, those that wait for people among them
 * @param concurrency how many runs this instance drives at once; others wait
 * @param maxWaiting how many requests may wait for runs at once at this instance
 * @param agentMaxWaiting how many of them may be one agent's
 * @param modelAttempts how often the model is asked the same question, if it fails in a way that may pass
 * @param pauseBetweenAttempts between two of them
 * @param maxResultCharacters how much of a result the model is told, and is kept
 */
@ConfigurationProperties("openclaw.execute")
public record ExecuteSettings(
        @DefaultValue("20") int maxSteps,
        @DefaultValue("10m") Duration maxTime,
        @DefaultValue("200000") long maxTokens,
        @DefaultValue("0") double maxCostUsd,
        @DefaultValue("2000000") long agentTokensPerDay,
        @DefaultValue("0") double agentCostPerDayUsd,
        @DefaultValue("8") int agentMaxOpen,
        @DefaultValue("32") int concurrency,
        @DefaultValue("1000") int maxWaiting,
        @DefaultValue("50") int agentMaxWaiting,
        @DefaultValue("2") int modelAttempts,
        @DefaultValue("1s") Duration pauseBetweenAttempts,
        @DefaultValue("20000") int maxResultCharacters) {

    /** @throws IllegalArgumentException naming the settings that make no sense */
    public ExecuteSettings {
        if (maxSteps < 1
                || !maxTime.isPositive()
                || maxTokens < 1
                || maxCostUsd < 0
                || agentTokensPerDay < 1
                || agentCostPerDayUsd < 0
                || agentMaxOpen < 1
                || concurrency < 1
                || maxWaiting < 1
                || agentMaxWaiting < 1
                || modelAttempts < 1
                || pauseBetweenAttempts.isNegative()
                || maxResultCharacters < 100) {
            throw new IllegalArgumentException(
                    "openclaw.execute: every limit has to be above 0 (those of money may be 0, which"
                            + " is none), and max-result-characters at least 100");
        }
    }

    RunLimits limits() {
        return new RunLimits(maxSteps, maxTime, maxTokens, maxCostUsd, agentTokensPerDay, agentCostPerDayUsd);
    }

    RunDriver.Settings driver() {
        return new RunDriver.Settings(modelAttempts, pauseBetweenAttempts, maxResultCharacters);
    }
}
