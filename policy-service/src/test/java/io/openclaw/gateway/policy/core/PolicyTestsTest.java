package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTestsTest {
    private static final Policy POLICY = Policy.of(PolicyText.read("""
            upstreams: [{name: jira}]
            roles: [{id: r, allow: ["jira/*"]}]
            agents: [{id: a, roles: [r]}]
            limits: [{id: few, callsPerMinute: 120}]
            """));

    private static List<PolicyTests.Result> run(String tests) {
        return PolicyTests.run(POLICY, Map.of("a.test.yaml", tests), Asked.NOON);
    }

    @Test
    void theLastOfManyCallsCounts() {
        assertThat(run("""
                tests:
                  - {call: {agent: a, tool: jira/get}, times: 120, expect: allow}
                  - {call: {agent: a, tool: jira/get}, expect: deny, rule: limits/few}
                """)).allSatisfy(result -> assertThat(result.failure()).isNull());
    }

    /** Tests of a proposal are run when somebody looks at it, so that they take no time to speak of. */
    @ParameterizedTest
    @CsvSource({"0", "-1", "1001", "2147483647"})
    void aCallIsMadeSoOftenAtTheMost(int times) {
        assertThat(run("tests: [{call: {agent: a, tool: jira/get}, times: " + times + ", expect: allow}]\n"))
                .singleElement()
                .satisfies(result -> assertThat(result.failure()).contains("times is " + times, "1 to 1000"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "tests: []                                                             | it has no tests",
                "tests: [{expect: allow}]                                              | it needs a call",
                "tests: [{call: {agent: a, tool: jira/get}}]                           | what to expect",
                "tests: [{call: {agent: a, tool: jira}, expect: allow}]                | it must be upstream/tool",
                "tests: [{call: {agent: a, tool: jira/get}, expect: deny}]             | allow",
                "tests: [{call: {agent: a, tool: jira/get}, expect: allow, rule: x/y}] | x/y",
                "tests: [{cal: {}}]                                                    | line"
            })
    void saysWhatIsWrong(String tests, String problem) {
        assertThat(run(tests))
                .singleElement()
                .satisfies(result -> assertThat(result.failure()).containsIgnoringCase(problem));
    }
}
