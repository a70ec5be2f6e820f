package io.openclaw.gateway.ingress.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.Shares;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class RequestBodiesTest {
    private static final int MAXIMUM = 4 * 1024 * 1024;
    private static final Caller DEMO = new Caller("demo", Identity.NONE);
    private static final Caller OTHER = new Caller("other", Identity.NONE);

    private final Shares memory = new Shares(64L * 1024 * 1024);
    private final AtomicLong nanoTime = new AtomicLong();
    private final ParsingPool parsing = new ParsingPool(1);
    private final RequestBodies bodies = new RequestBodies(
            memory,
            16L * 1024 * 1024,
            Duration.ofSeconds(30),
            new AgentRates(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)),
            caller -> new AgentLimits(10, 6 * MAXIMUM, 10),
            new JsonLimits(100_000),
            parsing,
            nanoTime::get);

    private static MockHttpServletRequest request(byte[] body) {
        var request = new MockHttpServletRequest("POST", "/mcp");
        request.setContent(body);
        return request;
    }

    /** A body of which a byte comes each second, and never all of it. */
    private MockHttpServletRequest trickling(long announced) {
        return new MockHttpServletRequest("POST", "/mcp") {
            @Override
            public long getContentLengthLong() {
                return announced;
            }

            @Override
            public ServletInputStream getInputStream() {
                return new ServletInputStream() {
                    @Override
                    public int read() {
                        nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
                        return ' ';
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) {
                        buffer[offset] = (byte) read();
                        return 1;
                    }

                    @Override
                    public boolean isFinished() {
                        return false;
                    }

                    @Override
                    public boolean isReady() {
                        return true;
                    }

                    @Override
                    public void setReadListener(ReadListener listener) {
                        throw new UnsupportedOperationException();
                    }
                };
            }
        };
    }

    @Test
    void countsABodyUntilItsRequestHasEnded() {
        MockHttpServletRequest request = request(new byte[1_000_000]);
        assertThat(bodies.bytes(request, DEMO)).hasSize(1_000_000);
        assertThat(memory.usedBy("demo")).isEqualTo(1_000_000);
        bodies.afterCompletion(request, new MockHttpServletResponse(), this, null);
        assertThat(memory.used()).isZero();
        bodies.release(request);
        assertThat(memory.used()).isZero();
    }

    @Test
    void refusesABodyThatIsAnnouncedTooLargeWithoutReadingIt() {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/mcp") {
            @Override
            public long getContentLengthLong() {
                return MAXIMUM + 1L;
            }

            @Override
            public ServletInputStream getInputStream() {
                throw new AssertionError("it is read");
            }
        };
        assertThatThrownBy(() -> bodies.bytes(request, DEMO)).isInstanceOf(BodyTooLargeException.class);
    }

    @Test
    void refusesABodyThatTurnsOutTooLarge() {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/mcp") {
            @Override
            public long getContentLengthLong() {
                return -1;
            }
        };
        request.setContent(new byte[MAXIMUM + 1]);
        assertThatThrownBy(() -> bodies.bytes(request, DEMO)).isInstanceOf(BodyTooLargeException.class);
        bodies.release(request);
        assertThat(memory.used()).isZero();
    }

    @Test
    void givesUpABodyThatDoesNotArriveInTime() {
        MockHttpServletRequest request = trickling(MAXIMUM);
        assertThatThrownBy(() -> bodies.bytes(request, DEMO))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("within 30 s");
        assertThat(Duration.ofNanos(nanoTime.get())).isEqualTo(Duration.ofSeconds(31));
        bodies.release(request);
        assertThat(memory.used()).isZero();
    }

    /** Another agent's body is read while one holds all that it may. */
    @Test
    void refusesMoreThanTheAgentsShareAndNobodyElse() {
        for (int i = 0; i < 4; i++) {
            assertThat(bodies.bytes(request(new byte[MAXIMUM]), DEMO)).hasSize(MAXIMUM);
        }
        assertThatThrownBy(() -> bodies.bytes(request(new byte[1]), DEMO))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("'demo'");
        assertThat(bodies.bytes(request(new byte[MAXIMUM]), OTHER)).hasSize(MAXIMUM);
    }

    @Test
    void refusesMoreBytesThanTheAgentMaySendInAMinute() {
        for (int i = 0; i < 6; i++) {
            MockHttpServletRequest request = request(new byte[MAXIMUM]);
            bodies.bytes(request, DEMO);
            bodies.release(request);
        }
        assertThatThrownBy(() -> bodies.bytes(request(new byte[] {'{'}), DEMO))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("'demo'")
                .hasMessageContaining("in a minute");
        assertThat(memory.used()).isZero();
        assertThat(bodies.bytes(request(new byte[MAXIMUM]), OTHER)).hasSize(MAXIMUM);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"tool\":\"a\",\"tol\":1} | 'tol' is no field of it; these are: arguments, deadline, idempotencyKey, intent, onBehalfOf, tool, upstream (line 1, column",
                "{\"tool\":[]} | 'tool' has to be a string (line 1, column",
                "{\"deadline\":\"tomorrow\"} | 'deadline' has to be a time as RFC 3339 has it",
                "[] | it has to be a JSON object (line 1, column",
                "\"a\" | it has to be a JSON object",
                "{\"tool\":NaN} | it is no JSON (line 1, column",
                "{'tool':1} | it is no JSON (line 1, column",
                "{\"tool\":01} | it is no JSON (line 1, column",
                "{\"tool\":\"a\" | it ends where more has to follow (line 1, column",
                "{\"tool\":\"a\"} {} | it goes on after the end of its value",
                "{\"tool\":\"a\",\"tool\":\"b\"} | it has the name 'tool' twice in one object (line 1, column"
            })
    void saysInItsOwnWordsWhatIsWrong(String body, String words) {
        assertThatThrownBy(() -> bodies.read(
                        request(body.getBytes(StandardCharsets.UTF_8)), DEMO, ToolCallController.Body.class))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(words)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("class ", "Feature", "io.openclaw", "java."));
    }

    @AfterEach
    void close() {
        parsing.close();
    }

    private static byte[] nested(int bytes) {
        String deep = "[".repeat(400) + "]".repeat(400);
        return ("{\"tool\":\"a\",\"arguments\":{\"a\":[" + deep + ("," + deep).repeat(bytes / 801) + "]}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** 4 MB of brackets are two million nodes: the limit of bytes alone would let them through. */
    @Test
    void refusesMoreTokensThanARequestMayHave() {
        MockHttpServletRequest request = request(nested(4_000_000));
        assertThatThrownBy(() -> bodies.read(request, DEMO, ToolCallController.Body.class))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("openclaw.ingress.max-json-tokens");
    }

    @Test
    void refusesDeeperNestingThanTheLimit() {
        String deep = "{\"arguments\":{\"a\":" + "[".repeat(500) + "]".repeat(500) + "}}";
        assertThatThrownBy(() -> bodies.read(
                        request(deep.getBytes(StandardCharsets.UTF_8)), DEMO, ToolCallController.Body.class))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("more deeply than 500 levels");
    }

    @Test
    void countsTheTokensOfABodyForItsAgent() {
        byte[] body = nested(80_000);
        MockHttpServletRequest request = request(body);
        bodies.read(request, DEMO, ToolCallController.Body.class);
        assertThat(memory.usedBy("demo")).isGreaterThan(body.length + 80_000 * 30L);
        bodies.release(request);
        assertThat(memory.used()).isZero();
        // Each such body counts for 640 kB among the 24 MiB of a minute.
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 40; i++) {
                        MockHttpServletRequest another = request(body);
                        bodies.read(another, DEMO, ToolCallController.Body.class);
                        bodies.release(another);
                    }
                })
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("'demo'");
    }

    @Test
    void parsesLargeBodiesOnThreadsOfTheirOwn() {
        bodies.read(request("{\"tool\":\"a\"}".getBytes(StandardCharsets.UTF_8)), DEMO, ToolCallController.Body.class);
        assertThat(parsing.parsed()).isZero();
        String large = "{\"tool\":\"" + "a".repeat(ParsingPool.LARGE) + "\"}";
        bodies.read(request(large.getBytes(StandardCharsets.UTF_8)), DEMO, ToolCallController.Body.class);
        await().until(() -> parsing.parsed() == 3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"tool\":\"exec\",\"arguments\":{\"command\":\"ls\\u0000\"}} | /arguments/command",
                "{\"tool\":\"exec\",\"arguments\":{\"a\":[{\"b\\u0000\":1}]}} | /arguments/a/0/b",
                "{\"tool\":\"ex\\u0000ec\"} | /tool",
                "{\"tool\":\"exec\",\"intent\":\"\\u0000\"} | /intent",
                "{\"tool\":\"exec\",\"idempotencyKey\":\"k\\u0000\"} | /idempotencyKey",
                "{\"tool\":\"exec\",\"onBehalfOf\":\"\\u0000p\"} | /onBehalfOf"
            })
    void refusesANulWithItsPlace(String body, String place) {
        assertThatThrownBy(() -> bodies.read(
                        request(body.getBytes(StandardCharsets.UTF_8)), DEMO, ToolCallController.Body.class))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("NUL")
                .hasMessageContaining(place);
    }

    @Test
    void readsWhatWasSent() {
        var random = new Random(1);
        byte[] body = new byte[300_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (' ' + random.nextInt('~' - ' '));
        }
        assertThat(bodies.bytes(request(body), DEMO)).isEqualTo(body);
        assertThat(bodies.bytes(request(new byte[0]), DEMO)).isEmpty();
    }
}
