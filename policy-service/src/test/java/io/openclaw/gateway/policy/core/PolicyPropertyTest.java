package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyDocument.Agent;
import io.openclaw.gateway.common.policy.PolicyDocument.Role;
import io.openclaw.gateway.common.policy.PolicyDocument.Rule;
import io.openclaw.gateway.common.policy.PolicyDocument.Upstream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.databind.node.ObjectNode;

/** What holds for every policy, whoever wrote it. */
class PolicyPropertyTest {
    private static final List<String> UPSTREAMS = List.of("jira", "shell");
    private static final List<String> TOOLS = List.of("get", "get_all", "put", "exec");
    private static final List<String> PATTERNS =
            List.of("*/*", "jira/*", "shell/*", "*/get*", "jira/get", "jira/put", "shell/exec");
    private static final List<String> CONDITIONS = List.of(
            "true",
            "tool.readOnly",
            "agent.team == 'red'",
            "agent.id == 'a1'",
            "tool.upstream == 'shell' && call.arguments.n > 3",
            "tool.name in ['get', 'put']",
            "'r1' in agent.roles",
            "call.arguments.missing == 1");

    @Provide
    Arbitrary<PolicyDocument> policies() {
        Arbitrary<List<String>> patterns =
                Arbitraries.of(PATTERNS).list().ofMaxSize(2).uniqueElements();
        Arbitrary<List<Role>> roles = Combinators.combine(
                        patterns,
                        patterns,
                        patterns,
                        Arbitraries.of(true, false).map(yes -> yes ? List.of("r0") : List.<String>of()))
                .as((allow, deny, escalate, inherits) -> new Role("r", inherits, allow, deny, escalate))
                .list()
                .ofSize(3)
                .map(list -> IntStream.range(0, list.size())
                        .mapToObj(i -> new Role(
                                "r" + i,
                                i == 0 ? List.of() : list.get(i).inherits(),
                                list.get(i).allow(),
                                list.get(i).deny(),
                                list.get(i).escalate()))
                        .toList());
        Arbitrary<List<Agent>> agents = Combinators.combine(
                        Arbitraries.of("r0", "r1", "r2").list().ofMaxSize(2).uniqueElements(),
                        Arbitraries.of("red", "blue"))
                .as((ofAgent, team) -> new Agent("a", null, team, Map.of(), ofAgent, List.of(), List.of()))
                .list()
                .ofSize(3)
                .map(list -> IntStream.range(0, list.size())
                        .mapToObj(i -> named(list.get(i), "a" + i))
                        .toList());
        return Combinators.combine(roles, agents, rules()).as(PolicyPropertyTest::policy);
    }

    @Provide
    Arbitrary<List<Rule>> rules() {
        return Combinators.combine(
                        Arbitraries.of(PATTERNS).list().ofMaxSize(2).uniqueElements(),
                        Arbitraries.of(CONDITIONS),
                        Arbitraries.of(Decision.class))
                .as((tools, when, effect) ->
                        new Rule("x", tools, when, effect, null, null, null, null, null, null, null))
                .list()
                .ofMaxSize(4)
                .map(list -> IntStream.range(0, list.size())
                        .mapToObj(i -> new Rule(
                                "x" + i,
                                list.get(i).tools(),
                                list.get(i).when(),
                                list.get(i).effect(),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null))
                        .toList());
    }

    private static Agent named(Agent agent, String id) {
        return new Agent(id, agent.owner(), agent.team(), agent.labels(), agent.roles(), agent.keys(), agent.tokens());
    }

    private static PolicyDocument policy(List<Role> roles, List<Agent> agents, List<Rule> rules) {
        return new PolicyDocument(
                agents,
                roles,
                rules,
                List.of(),
                UPSTREAMS.stream()
                        .map(name -> new Upstream(
                                name,
                                Map.of(),
                                List.of("get*"),
                                List.of(),
                                List.of(),
                                Decision.DENY,
                                null,
                                null,
                                null,
                                null,
                                null,
                                List.of()))
                        .toList(),
                List.of(),
                PolicyDocument.Defaults.NONE,
                PolicyDocument.Results.FLAGGED,
                List.of());
    }

    private static Policy compiled(PolicyDocument document) {
        return Policy.of(PolicyText.of(document));
    }

    private static Map<String, PolicyDecision> verdicts(Policy policy) {
        Map<String, PolicyDecision> verdicts = new LinkedHashMap<>();
        for (String agent : List.of("a0", "a1", "a2", "nobody")) {
            for (String upstream : UPSTREAMS) {
                for (String tool : TOOLS) {
                    for (String arguments : List.of("{}", "{\"n\":1}", "{\"n\":9}")) {
                        String address = upstream + "/" + tool;
                        verdicts.put(
                                agent + " " + address + " " + arguments,
                                policy.decide(
                                        Asked.by(agent, address).with(arguments).call()));
                    }
                }
            }
        }
        return verdicts;
    }

    @Property(tries = 200)
    void addingARuleThatDeniesNeverAllowsMore(
            @ForAll("policies") PolicyDocument document, @ForAll("rules") List<Rule> more) {
        var rules = new ArrayList<>(document.rules());
        more.forEach(rule -> rules.add(new Rule(
                "more-" + rule.id(),
                rule.tools(),
                rule.when(),
                Decision.DENY,
                null,
                null,
                null,
                null,
                null,
                null,
                null)));
        Map<String, PolicyDecision> before = verdicts(compiled(document));
        Map<String, PolicyDecision> after = verdicts(compiled(policy(document.roles(), document.agents(), rules)));

        before.forEach((call, verdict) -> assertThat(after.get(call))
                .as(call)
                .satisfies(stricter -> assertThat(stricter.outcome()).isGreaterThanOrEqualTo(verdict.outcome())));
    }

    @Property(tries = 200)
    void addingAnAgentChangesNobodyElsesVerdicts(@ForAll("policies") PolicyDocument document) {
        var agents = new ArrayList<>(document.agents());
        agents.add(new Agent("newcomer", null, "red", Map.of(), List.of("r0", "r1", "r2"), List.of(), List.of()));
        Map<String, PolicyDecision> before = verdicts(compiled(document));
        Map<String, PolicyDecision> after = verdicts(compiled(policy(document.roles(), agents, document.rules())));

        before.forEach((call, verdict) -> assertThat(after.get(call)).as(call).satisfies(same -> {
            assertThat(same.outcome()).isEqualTo(verdict.outcome());
            assertThat(same.reasons()).isEqualTo(verdict.reasons());
        }));
    }

    @Property(tries = 100)
    void theOrderOfFilesAndOfWhatIsInThemDoesNotMatter(
            @ForAll("policies") PolicyDocument document, @ForAll Random random) {
        var roles = new ArrayList<>(document.roles());
        var agents = new ArrayList<>(document.agents());
        var rules = new ArrayList<>(document.rules());
        List.of(roles, agents, rules).forEach(list -> Collections.shuffle(list, random));
        Map<String, String> files = new LinkedHashMap<>();
        files.put("1.yaml", yaml(policy(roles.subList(0, 1), agents.subList(0, 2), rules), true));
        files.put("2.yaml", yaml(policy(roles.subList(1, 3), agents.subList(2, 3), List.of()), false));
        Map<String, String> renamed = new LinkedHashMap<>();
        files.forEach((name, text) -> renamed.put("z" + (9 - name.charAt(0)) + name, text));

        assertThat(PolicyText.read(files)).isEqualTo(PolicyText.of(document));
        assertThat(PolicyText.read(renamed).version())
                .isEqualTo(PolicyText.of(document).version());
        assertThat(verdicts(Policy.of(PolicyText.read(files)))).isEqualTo(verdicts(compiled(document)));
    }

    private static String yaml(PolicyDocument document, boolean whole) {
        ObjectNode tree = PolicyText.YAML.valueToTree(document);
        if (!whole) {
            // What there can be only one of.
            tree.remove(List.of("upstreams", "defaults", "results"));
        }
        return PolicyText.YAML.writeValueAsString(tree);
    }
}
