package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.policy.Freezes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Tests of a policy, as its administrator writes them: calls, and what is expected of each. The calls of one file are made
 * one after the other, so that limits can be tested too; each file begins anew.
 */
public final class PolicyTests {
    /** A proposal's tests are run when somebody looks at it. */
    private static final int MAX_TIMES = 1_000;

    private PolicyTests() {}

    /** The content of a file. */
    record TestFile(@Nullable List<TestCase> tests) {}

    /**
     * One call.
     *
     * @param name what it shows; made up of the call, if absent
     * @param expect the outcome
     * @param rule the id of a rule that decides; any, if absent
     * @param times how often the call is made, 1 to 1,000; the last one counts
     */
    record TestCase(
            @Nullable String name,
            @Nullable CallExample call,
            @Nullable Decision expect,
            @Nullable String rule,
            @Nullable Integer times) {}

    /**
     * What came of one test.
     *
     * @param failure what was expected and what was decided; absent if they are the same
     */
    public record Result(String file, String name, @Nullable String failure) {}

    /**
     * Runs tests.
     *
     * @param files the text of each file, by its name
     * @return a result for each test; a file that cannot be read is one that failed
     */
    public static List<Result> run(Policy policy, Map<String, String> files, Instant now) {
        var results = new ArrayList<Result>();
        new TreeMap<>(files).forEach((file, text) -> {
            TestFile tests;
            try {
                tests = PolicyText.YAML.readValue(text, TestFile.class);
            } catch (JacksonException e) {
                results.add(new Result(file, "the file", PolicyText.words(e)));
                return;
            }
            if (tests == null || tests.tests() == null || tests.tests().isEmpty()) {
                results.add(new Result(file, "the file", "it has no tests"));
                return;
            }
            // The calls of a test never end.
            Ledger ledger = Ledger.inMemory();
            for (TestCase test : tests.tests()) {
                results.add(run(policy, file, test, ledger, now));
            }
        });
        return results;
    }

    private static Result run(Policy policy, String file, TestCase test, Ledger ledger, Instant now) {
        CallExample example = test.call();
        String name = test.name() != null
                ? test.name()
                : example == null ? "a test without a call" : example.agent() + " calls " + example.tool();
        if (example == null || test.expect() == null) {
            return new Result(file, name, "it needs a call, and what to expect: allow, escalate or deny");
        }
        int times = test.times() == null ? 1 : test.times();
        if (times < 1 || times > MAX_TIMES) {
            return new Result(file, name, "times is " + times + "; it may be 1 to " + MAX_TIMES);
        }
        try {
            PolicyDecision decision = null;
            for (int i = 0; i < times; i++) {
                ToolCall call = example.call(CallIds.next(), now);
                decision = policy.decide(call, ToolCatalogue.UNCHECKED, Freezes.NONE, ledger);
                ledger.charge(decision.charges());
            }
            return new Result(file, name, decision == null ? null : difference(test, decision));
        } catch (IllegalArgumentException e) {
            return new Result(file, name, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String difference(TestCase test, PolicyDecision decision) {
        String decided = decision.outcome() + " by " + String.join(", ", decision.rules());
        if (test.expect() != decision.outcome()) {
            return "expected " + test.expect() + ", decided " + decided + ": "
                    + decision.reasons().getFirst().text();
        }
        return test.rule() == null || decision.rules().contains(test.rule())
                ? null
                : "expected the rule " + test.rule() + ", decided " + decided;
    }
}
