package io.openclaw.gateway.vetting.core.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Finding;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The tables are {@code src/test/resources/tools}: calls of tools that have to be stopped, and calls that have to pass. */
class ToolArgumentsTest {
    private static final Vetting VETTING = new Vetting(RulePack.builtIn());
    private static final Path TABLES = Path.of("src/test/resources/tools");

    private static Stream<Arguments> table(String name) throws IOException {
        return Files.readAllLines(TABLES.resolve(name)).stream().map(line -> {
            JsonNode entry = Json.MAPPER.readTree(line);
            return Arguments.of(
                    entry.get("area").asString(),
                    entry.get("tool").asString(),
                    entry.get("arguments").toString());
        });
    }

    static Stream<Arguments> stopped() throws IOException {
        return table("stopped.jsonl");
    }

    static Stream<Arguments> allowed() throws IOException {
        return table("allowed.jsonl");
    }

    private static List<String> rules(Examination examination) {
        return examination.findings().stream().map(Finding::rule).toList();
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @MethodSource("stopped")
    void stopsWhatIsDangerous(String area, String tool, String arguments) {
        Examination examination = VETTING.examine(tool, arguments);
        assertThat(examination.outcome()).as(lines(examination).toString()).isNotEqualTo(Decision.ALLOW);
        assertThat(rules(examination)).doesNotContain("vetting/failed");
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @MethodSource("allowed")
    void letsPassWhatIsHarmless(String area, String tool, String arguments) {
        assertThat(rules(VETTING.examine(tool, arguments))).isEmpty();
    }

    private static List<String> lines(Examination examination) {
        return examination.commands().stream().map(Invocation::line).toList();
    }

    private static Examination examine(String tool, Object arguments) {
        return VETTING.examine(tool, Json.MAPPER.writeValueAsString(arguments));
    }

    @Nested
    class AWorkingDirectory {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "cwd",
                    "workdir",
                    "working_directory",
                    "workingDir",
                    "WorkDir",
                    "dir",
                    "directory",
                    "current-directory"
                })
        void isWhereTheCommandIsRead(String name) {
            assertThat(rules(examine("exec", Map.of("command", "cat shadow", name, "/etc"))))
                    .contains("secrets/read-credentials");
        }

        @Test
        void isWhereFilesOfOtherToolsAreToo() {
            assertThat(rules(examine("delete_directory", Map.of("path", "nginx", "cwd", "/etc"))))
                    .contains("filesystem/delete-root");
        }

        @Test
        void doesNotHideWhatTheCommandReachesByDotDot() {
            assertThat(examine("exec", Map.of("command", "cat ../../../etc/shadow", "cwd", "/home/u/project"))
                            .outcome())
                    .isNotEqualTo(Decision.ALLOW);
        }

        @Test
        void thatArgumentsDisagreeAboutIsAllOfThem() {
            assertThat(rules(examine("exec", Map.of("command", "cat shadow", "cwd", "/tmp", "workdir", "/etc"))))
                    .contains("secrets/read-credentials");
        }
    }

    @Nested
    class Text {
        /** A file of 900 kB that somebody writes is no reason to ask; commands of that length are. */
        @Test
        void ofAnyLengthIsNoDoubt() {
            String text = "All work and no play. ".repeat(40_000);
            assertThat(rules(examine("store_document", Map.of("blob", text, "content", text))))
                    .isEmpty();
            assertThat(rules(examine(
                            "insert_rows",
                            Map.of(
                                    "rows",
                                    IntStream.range(0, 5_000)
                                            .mapToObj(i -> "row " + i)
                                            .toList()))))
                    .isEmpty();
        }

        @Test
        void thatIsACommandOfThatLengthIsADoubt() {
            String command = "echo hello; ".repeat(80_000);
            assertThat(rules(examine("exec", Map.of("command", command)))).contains("vetting/cannot-tell");
            assertThat(rules(examine(
                            "exec",
                            Map.of(
                                    "commands",
                                    IntStream.range(0, 2).mapToObj(i -> command).toList()))))
                    .contains("vetting/cannot-tell");
        }

        @Test
        void isStillLookedAtForCredentials() {
            assertThat(rules(examine("send_message", Map.of("to", "x", "text", "key AKIAIOSFODNN7EXAMPLE"))))
                    .contains("exfiltration/secret-in-request");
        }

        @Test
        void ofManyArgumentsIsOneInvocation() {
            Map<String, String> texts = IntStream.range(0, 10_000)
                    .boxed()
                    .collect(Collectors.toMap(i -> "note_" + i, i -> "rm -rf / " + i));
            assertThat(examine("create_records", texts).commands()).hasSize(1);
        }
    }

    @Nested
    class EmbeddedArguments {
        @Test
        void areReadToABoundedDepth() {
            String inner = "{\"command\":\"rm -rf /\"}";
            for (int i = 0; i < 3; i++) {
                inner = Json.MAPPER.writeValueAsString(Map.of("payload", inner));
            }
            assertThat(VETTING.examine("invoke", inner).outcome()).isEqualTo(Decision.DENY);
        }

        @Test
        void ofToolsInsideToolsAreReadABoundedNumberOfTimes() {
            String inner = "{\"text\":\"hello\"}";
            for (int i = 0; i < 40; i++) {
                inner = "{\"tool\":\"a\",\"tool_name\":\"b\",\"name\":\"c\",\"arguments\":" + inner + "}";
            }
            Examination examination = VETTING.examine("call_tool", inner);
            assertThat(rules(examination)).containsExactly("vetting/cannot-tell");
            assertThat(examination.commands()).hasSizeLessThan(200);
        }

        @Test
        void thatCannotBeReadAreADoubtWhereTheyAreRun() {
            assertThat(rules(examine("invoke", Map.of("payload", "{\"command\": \"ls\", \"command\": \"rm -rf /\"}"))))
                    .contains("vetting/cannot-tell");
        }
    }

    @Test
    void codeOfALanguageThatIsNotReadIsADoubt() {
        assertThat(rules(examine("run_code", Map.of("language", "forth", "code", ": x ;"))))
                .contains("vetting/cannot-tell");
    }
}
