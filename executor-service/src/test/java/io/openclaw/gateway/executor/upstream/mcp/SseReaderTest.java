package io.openclaw.gateway.executor.upstream.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Server-sent events as WHATWG HTML, section 9.2.6, has them. */
class SseReaderTest {
    private final SseReader reader = new SseReader();

    private List<String> read(InputStream stream) throws IOException {
        reader.read(stream);
        List<String> events = new ArrayList<>();
        for (byte[] event = reader.next(); event != null; event = reader.next()) {
            events.add(new String(event, StandardCharsets.UTF_8));
        }
        return events;
    }

    private List<String> read(String stream) throws IOException {
        return read(new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void endsLinesInEachOfTheThreeWays(String end) throws Exception {
        assertThat(read("data: 1" + end + "data: 2" + end + end + "data: 3" + end + end))
                .containsExactly("1\n2", "3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {"data:x|x", "data: x|x", "data:  x| x", "data: a: b|a: b", "data: ünï |ünï "})
    void dropsOneBlankAfterTheColon(String line, String data) throws Exception {
        assertThat(read(line + "\n\n")).containsExactly(data);
    }

    @Test
    void passesOverCommentsUnknownFieldsAndEventsWithoutData() throws Exception {
        assertThat(read(": a comment\n\nevent: message\nfoo: bar\ndata: 1\n\nevent: ping\n\nid: 7\n\ndata\n\n"))
                .containsExactly("1");
    }

    @Test
    void dropsAnEventThatTheStreamBreaksOff() throws Exception {
        assertThat(read("data: 1\n\ndata: 2\n")).containsExactly("1");
    }

    @Test
    void remembersTheLastIdAndTheWaitThatTheServerAskedFor() throws Exception {
        assertThat(reader.lastId()).isNull();
        assertThat(reader.retryMillis()).isEqualTo(-1);
        read("id: a\nretry: 1500\ndata: 1\n\nid: b\ndata: 2\n\n");
        assertThat(reader.lastId()).isEqualTo("b");
        assertThat(reader.retryMillis()).isEqualTo(1_500);
        read("retry: soon\nretry: -1\nretry: 99999999999\ndata: 3\n\n");
        assertThat(reader.retryMillis()).isEqualTo(1_500);
        assertThat(reader.lastId()).as("goes on over connections").isEqualTo("b");
    }

    /** A stream without an end of line would otherwise fill the memory. */
    @Test
    void breaksOffALineWithoutEnd() {
        assertThatThrownBy(() -> read(endless('x')))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(GatewayApplication.MAX_PAYLOAD_BYTES + " bytes");
    }

    @Test
    void breaksOffAnEventOfTooManyLines() {
        String line = "data: " + "x".repeat(1_000_000) + "\n";
        assertThatThrownBy(() -> read(line.repeat(6) + "\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("an event has more than");
    }

    private static InputStream endless(char c) {
        return new SequenceInputStream(
                new ByteArrayInputStream("data: ".getBytes(StandardCharsets.US_ASCII)), new InputStream() {
                    @Override
                    public int read() {
                        return c;
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) {
                        java.util.Arrays.fill(bytes, offset, offset + length, (byte) c);
                        return length;
                    }
                });
    }
}
