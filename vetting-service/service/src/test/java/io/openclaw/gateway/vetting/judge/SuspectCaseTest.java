package io.openclaw.gateway.vetting.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.file.RulesInForce;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No secret leaves in a model's prompt, nor in the normal form that a verdict carries. */
class SuspectCaseTest {
    private static final String SECRET = "hunter2correct";
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final RulesInForce RULES = new RulesInForce(null, List.of());

    private final Redactor redactor = new Redactor();

    static Stream<String> forms() throws IOException {
        return Files.readAllLines(Path.of("../../common/contracts/src/test/resources/redaction/secrets.txt")).stream()
                .filter(line -> line.startsWith("T "))
                .map(line -> line.substring(2).replace("\\n", "\n"));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void tellsAModelNoSecret(String form) {
        RawJson arguments = RawJson.from(Map.of("command", form));
        var call = new ToolCall(
                CallIds.next(),
                "demo",
                "openclaw",
                "exec",
                arguments,
                Origin.REST,
                Mode.EXECUTE,
                NOW,
                NOW.plusSeconds(60),
                null,
                form,
                RawJson.from(Map.of("sessionKey", form)),
                null,
                0,
                "d1",
                null,
                Map.of());
        Examination examination = RULES.vetting().examine(call);
        // What a shell would run as a program is shown, whatever else it may be.
        assumeThat(examination.commands()).noneMatch(command -> command.line().startsWith(SECRET));

        SuspectCase suspect = SuspectCase.of(
                call, examination, List.of(), List.of(redactor.redact(arguments).text()), redactor);

        assertThat(Prompt.JUDGE.user(suspect)).doesNotContain(SECRET);
        assertThat(examination.reading(redactor, arguments))
                .satisfiesAnyOf(
                        reading -> assertThat(reading).isNull(),
                        reading -> assertThat(reading).doesNotContain(SECRET));
    }
}
