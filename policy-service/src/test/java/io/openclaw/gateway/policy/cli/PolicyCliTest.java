package io.openclaw.gateway.policy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.policy.file.PolicyDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.dataformat.yaml.YAMLMapper;

class PolicyCliTest {
    private static final String EXAMPLES = "../docs/policy";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        out.reset();
        err.reset();
        return PolicyCli.run(
                args,
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Nested
    class TheExamplesOfTheDocumentation {
        @Test
        void areValidAndSayNothingInVain() {
            assertThat(run("check", EXAMPLES)).as(err()).isZero();
            assertThat(out()).startsWith("valid: policy ").contains("0 warning(s)");
        }

        @Test
        void passTheirTests() {
            assertThat(run("test", EXAMPLES)).as(out() + err()).isZero();
            assertThat(out()).contains("16 tests, 0 failed");
        }

        @Test
        void areWhatTheJsonSchemaDescribes() throws IOException {
            assertThat(run("schema")).isZero();
            var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Json.MAPPER.readTree(out()));
            Map<String, String> files = new PolicyDirectory(Path.of(EXAMPLES)).policyFiles();
            assertThat(files).hasSize(5);
            files.forEach((name, text) -> assertThat(schema.validate(new YAMLMapper().readTree(text)))
                    .as(name)
                    .isEmpty());
        }
    }

    @Nested
    class Check {
        @Test
        void namesFileLineAndRuleOfEveryError() throws IOException {
            write("a.yaml", "roles: [{id: r, allow: [jira]}]\nagents: [{id: a, roles: [x]}]\n");
            write("sub/rules.yml", "rules:\n  - id: one\n    when: agent.tem == 'x'\n    effect: deny\n");
            assertThat(run("check", directory.toString())).isEqualTo(1);
            assertThat(err().lines())
                    .anySatisfy(line -> assertThat(line).startsWith("error: a.yaml:1: roles/r: 'jira'"))
                    .anySatisfy(line -> assertThat(line).startsWith("error: a.yaml:2: agents/a: it has the role 'x'"))
                    .anySatisfy(
                            line -> assertThat(line).startsWith("error: sub/rules.yml:3: rules/one: at 1:1: there"));
        }

        @Test
        void namesTheFileThatIsNoYaml() throws IOException {
            write("a.yaml", "roles:\n  - id: [\n");
            write("b.yaml", "rols: []\n");
            assertThat(run("check", directory.toString())).isEqualTo(1);
            assertThat(err()).contains("a.yaml: near line", "b.yaml: near line", "rols");
        }

        @Test
        void warnsOfWhatIsInVain() throws IOException {
            write("p.yaml", """
                    upstreams: [{name: jira}]
                    agents: [{id: a, team: red, roles: [r]}]
                    roles:
                      - {id: r, allow: ["jira/get_*", "jira/*", "linear/*"], deny: ["jira/drop"], escalate: ["jira/drop"]}
                      - {id: unused, allow: ["jira/x"]}
                    defaults: {deny: ["*/secret_*"]}
                    rules:
                      - {id: wide, tools: ["jira/*"], effect: deny}
                      - {id: narrow, tools: ["jira/put"], when: "call.intent == ''", effect: escalate}
                      - {id: nobody, when: "agent.team == 'blue'", effect: deny}
                      - {id: never, when: "false", effect: deny}
                      - {id: nowhere, tools: ["linear/*"], effect: allow}
                      - {id: secret, tools: ["jira/secret_x"], effect: allow}
                      - {id: any, when: "call.arguments.n > 3", effect: deny}
                    limits: [{id: l, agents: [zoe], callsPerMinute: 1}]
                    """);
            assertThat(run("check", directory.toString())).as(err()).isZero();
            assertThat(out().lines())
                    .contains(
                            "warning: roles/r: shadowed: escalate jira/drop by deny jira/drop",
                            "warning: roles/r: shadowed: allow jira/get_* by allow jira/*",
                            "warning: roles/r: unreachable: allow linear/* is about no upstream of this policy",
                            "warning: roles/unused: no agent, issuer or other role has this role",
                            "warning: rules/narrow: shadowed: rule 'wide' always decides before it",
                            "warning: rules/nobody: unreachable: there is no agent of the team blue",
                            "warning: rules/never: unreachable: its condition is false",
                            "warning: rules/nowhere: unreachable: linear/* is about no upstream of this policy",
                            "warning: rules/secret: shadowed: defaults deny every tool that it is about",
                            "warning: limits/l: unreachable: there is no agent zoe")
                    .anySatisfy(line -> assertThat(line).startsWith("warning: rules/any: it reads call.arguments"));
        }
    }

    @Nested
    class TestCommand {
        @Test
        void saysWhatWasExpectedAndWhatWasDecided() throws IOException {
            write(
                    "p.yaml",
                    "upstreams: [{name: jira}]\nroles: [{id: r, allow: [\"jira/*\"]}]\nagents: [{id: a, roles: [r]}]");
            write("p.test.yaml", """
                    tests:
                      - {call: {agent: a, tool: jira/x}, expect: allow}
                      - {name: wrong, call: {agent: a, tool: jira/x}, expect: deny}
                      - {name: other rule, call: {agent: a, tool: jira/x}, expect: allow, rule: rules/y}
                      - {name: no call, expect: allow}
                      - {name: no tool, call: {agent: a, tool: x}, expect: allow}
                    """);
            write("q.test.yaml", "tests: [{cal: {}}]");
            assertThat(run("test", directory.toString())).isEqualTo(1);
            assertThat(out())
                    .contains(
                            "FAILED p.test.yaml: wrong\n       expected DENY, decided ALLOW by roles/r/allow:jira/*",
                            "FAILED p.test.yaml: other rule\n       expected the rule rules/y",
                            "FAILED p.test.yaml: no call",
                            "'x'; it must be upstream/tool",
                            "FAILED q.test.yaml: the file",
                            "6 tests, 5 failed");
        }

        @Test
        void wantsTests() throws IOException {
            write("p.yaml", "upstreams: [{name: jira}]");
            assertThat(run("test", directory.toString())).isEqualTo(2);
            assertThat(err()).contains("no *.test.yaml");
        }
    }

    @Nested
    class Explain {
        @Test
        void saysWhatEveryRuleSays() {
            assertThat(run(
                            "explain",
                            EXAMPLES,
                            "{agent: deployer, tool: terminal-prod/exec, at: 2026-12-21T23:00:00Z}"))
                    .isZero();
            assertThat(out())
                    .startsWith("DENY terminal-prod/exec for deployer by policy ")
                    .contains(
                            "because of rules/year-end-freeze: Production is frozen",
                            "yes  ESCALATE rules/office-hours: it is true: !(time.getDayOfWeek(",
                            "yes  ALLOW    roles/operator/allow:terminal-*/*: it is about this tool",
                            "no   DENY     rules/tenants: it is false: has(tool.labels.tenant)");
        }

        @Test
        void saysWhatACallIs() {
            assertThat(run("explain", EXAMPLES, "{agnt: a}")).isEqualTo(2);
            assertThat(err()).contains("agnt", "It is such as");
        }
    }

    @Test
    void whatMakesNoSenseIsRefusedWithTheUsage() {
        assertThat(run("chekc", EXAMPLES)).isEqualTo(2);
        assertThat(err()).contains("'chekc'", "deploy/policy check DIR");
        assertThat(run("check")).isEqualTo(2);
        assertThat(run("check", "/nowhere")).isEqualTo(2);
        assertThat(err()).contains("there is no /nowhere");
        assertThat(run("status", "--data", directory.toString())).isEqualTo(2);
        assertThat(err()).contains("no gateway is known", "--data");
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("deploy/policy replay DIR");
    }
}
