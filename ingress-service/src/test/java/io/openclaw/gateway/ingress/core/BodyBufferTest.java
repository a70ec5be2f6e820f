package io.openclaw.gateway.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyBufferTest {
    private static final int MAXIMUM = 4 * 1024 * 1024;

    private final Shares memory = new Shares(64L * 1024 * 1024);

    private static byte[] readAll(BodyBuffer buffer, InputStream in, long announced) throws IOException {
        while (buffer.readOnce(in, announced, MAXIMUM)) {
            assertThat(buffer.length()).isLessThanOrEqualTo(MAXIMUM + 1);
        }
        return buffer.toByteArray();
    }

    /** What arrives in pieces of any size, as from a socket. */
    private static InputStream inPieces(byte[] bytes) {
        var random = new Random(7);
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] b, int off, int len) {
                return super.read(b, off, Math.min(len, 1 + random.nextInt(9_000)));
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4_095, 4_096, 4_097, 100_000, MAXIMUM})
    void readsWhatArrivesWithAndWithoutAnAnnouncedLength(int length) throws IOException {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        for (long announced : new long[] {length, -1}) {
            try (var buffer = new BodyBuffer(memory, "a", memory.maximum())) {
                assertThat(readAll(buffer, inPieces(bytes), announced)).isEqualTo(bytes);
                assertThat(memory.used()).isEqualTo(length);
            }
            assertThat(memory.used()).isZero();
        }
    }

    /** The attack: 260 bodies are announced with 4 MiB each, which is more than a gibibyte, and a few bytes are sent. */
    @Test
    void takesMemoryForWhatArrivesAndNotForWhatIsAnnounced() throws IOException {
        List<BodyBuffer> open = new ArrayList<>();
        for (int i = 0; i < 260; i++) {
            var buffer = new BodyBuffer(memory, "attacker", memory.maximum() / 2);
            buffer.readOnce(new ByteArrayInputStream(new byte[300]), MAXIMUM, MAXIMUM);
            open.add(buffer);
        }
        assertThat(memory.used()).isEqualTo(260L * BodyBuffer.MIN_COUNTED);
        open.forEach(BodyBuffer::close);
        assertThat(memory.used()).isZero();
    }

    @Test
    void allocatesAtMostTwiceWhatArrived() throws IOException {
        long used = 0;
        try (var buffer = new BodyBuffer(memory, "a", memory.maximum())) {
            InputStream in = inPieces(new byte[MAXIMUM]);
            while (buffer.readOnce(in, -1, MAXIMUM)) {
                used = memory.used();
                assertThat(used).isLessThanOrEqualTo(Math.max(BodyBuffer.MIN_COUNTED, 2L * buffer.length() + 4_096));
            }
        }
        assertThat(used).isGreaterThanOrEqualTo(MAXIMUM);
    }

    @Test
    void refusesWhatIsMoreThanTheAgentsShareAndLeavesTheRestToOthers() throws IOException {
        long share = 8L * 1024 * 1024;
        List<BodyBuffer> open = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            var buffer = new BodyBuffer(memory, "greedy", share);
            readAll(buffer, new ByteArrayInputStream(new byte[MAXIMUM]), MAXIMUM);
            open.add(buffer);
        }
        assertThatThrownBy(() -> new BodyBuffer(memory, "greedy", share))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("'greedy'");
        try (var other = new BodyBuffer(memory, "other", share)) {
            assertThat(readAll(other, new ByteArrayInputStream(new byte[MAXIMUM]), MAXIMUM))
                    .hasSize(MAXIMUM);
        }
        open.forEach(BodyBuffer::close);
        assertThat(memory.used()).isZero();
    }

    @Test
    void refusesWhatIsMoreThanThereIsForAll() throws IOException {
        var small = new Shares(1024 * 1024);
        try (var buffer = new BodyBuffer(small, "a", MAXIMUM)) {
            assertThatThrownBy(() -> readAll(buffer, new ByteArrayInputStream(new byte[MAXIMUM]), MAXIMUM))
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("all agents");
            assertThat(small.used()).isLessThanOrEqualTo(small.maximum());
        }
        assertThat(small.used()).isZero();
    }

    @Test
    void aBodyThatEndsTooSoonIsNotWhole() {
        try (var buffer = new BodyBuffer(memory, "a", memory.maximum())) {
            assertThatThrownBy(() -> readAll(buffer, new ByteArrayInputStream(new byte[10]), 11))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void readsOneByteMoreOfABodyThatIsTooLarge() throws IOException {
        try (var buffer = new BodyBuffer(memory, "a", memory.maximum())) {
            InputStream in = inPieces(new byte[2 * MAXIMUM]);
            while (buffer.length() <= MAXIMUM && buffer.readOnce(in, -1, MAXIMUM)) {
                assertThat(buffer.length()).isLessThanOrEqualTo(MAXIMUM + 1);
            }
            assertThat(buffer.length()).isEqualTo(MAXIMUM + 1);
        }
    }
}
