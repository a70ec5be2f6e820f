package io.openclaw.gateway.common.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.kafka.LogContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import tools.jackson.databind.JsonNode;

/** What a service writes to its log, in a process of its own, since logging is set for a whole process. */
class LogFormatTest {
    private static final String TEXT = "something\nhappened";

    /** A process that logs one line about a call. */
    static final class OneLine {
        private OneLine() {}

        static void main() {
            var application = new SpringApplication(OneLine.class);
            application.setWebApplicationType(WebApplicationType.NONE);
            application.setDefaultProperties(Defaults.all());
            application.run().close();
            LogContext.duringCall(
                    "call-1", () -> LoggerFactory.getLogger("a.Stage").info(TEXT));
        }
    }

    private static List<String> written(String format) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OneLine.class.getName());
        builder.environment().put("LOG_FORMAT", format);
        Process process = builder.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.lines().toList();
    }

    @Test
    void isAnObjectOfJsonALineIfThatIsAskedFor() throws Exception {
        List<String> lines = written("ecs");
        assertThat(lines)
                .filteredOn(line -> line.contains("something"))
                .singleElement()
                .satisfies(line -> {
                    JsonNode event = Json.MAPPER.readTree(line);
                    assertThat(event.get("message").asString()).isEqualTo(TEXT);
                    assertThat(event.get("callId").asString()).isEqualTo("call-1");
                    assertThat(event.at("/log/level").asString()).isEqualTo("INFO");
                    assertThat(event.has("@timestamp")).isTrue();
                });
    }

    @Test
    void isALineForPeopleOtherwise() throws Exception {
        assertThat(written("")).anySatisfy(line -> assertThat(line).contains("[call-1]", "a.Stage", "something"));
    }
}
