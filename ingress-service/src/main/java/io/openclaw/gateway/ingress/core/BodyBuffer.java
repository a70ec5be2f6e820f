package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.ingress.core.Shares.Answer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;

/**
 * The bytes of one request body, in memory that grows with what arrives. What it takes is counted, for its agent and as a
 * whole, until it is closed. Not thread-safe.
 */
public final class BodyBuffer implements AutoCloseable {
    /** What a body counts for at least while it is read: its thread and its connection take memory, too. */
    static final int MIN_COUNTED = 64 * 1024;

    private static final int FIRST = 4 * 1024;

    private final Shares memory;
    private final String agent;
    private final long agentMaximum;
    private byte[] bytes = new byte[0];
    private int length;
    private long counted;

    /**
     * @param memory counts the bytes of all bodies
     * @param agentMaximum how many bytes the bodies of the agent may take together
     * @throws LimitExceededException if there is no memory for one more
     */
    public BodyBuffer(Shares memory, String agent, long agentMaximum) {
        this.memory = memory;
        this.agent = agent;
        this.agentMaximum = agentMaximum;
        count(MIN_COUNTED);
    }

    /**
     * Reads once, as much as there is and fits.
     *
     * @param announced the length that was announced, in bytes; negative if none was. Nothing is allocated for it, but no
     *     more than it
     * @param maximum the largest body, in bytes; one byte more is read of a larger one
     * @return false at the end of the body
     * @throws LimitExceededException if there is no memory for more
     * @throws EOFException if the body ends before its announced length
     */
    public boolean readOnce(InputStream in, long announced, int maximum) throws IOException {
        if (length == bytes.length) {
            if (length == announced) {
                return false;
            }
            long wanted = Math.min(Math.max(FIRST, 2L * length), maximum + 1L);
            int capacity = (int) (announced > length ? Math.min(wanted, announced) : wanted);
            count(capacity);
            bytes = Arrays.copyOf(bytes, capacity);
        }
        int n = in.read(bytes, length, bytes.length - length);
        if (n < 0) {
            if (announced > length) {
                throw new EOFException("the body ended after " + length + " of " + announced + " bytes");
            }
            return false;
        }
        length += n;
        return true;
    }

    /** Returns how many bytes were read so far. */
    public int length() {
        return length;
    }

    /** Returns what was read; from now on only that counts. */
    public byte[] toByteArray() {
        byte[] whole = bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
        if (counted > length) {
            memory.giveBack(agent, counted - length);
            counted = length;
        }
        return whole;
    }

    /**
     * Counts what the body takes beside its bytes, once it is parsed.
     *
     * @param more bytes
     * @throws LimitExceededException if there is no memory for them
     */
    public void weigh(long more) {
        count(counted + more);
    }

    private void count(long bytesNow) {
        if (bytesNow <= counted) {
            return;
        }
        Answer answer = memory.tryTake(agent, bytesNow - counted, agentMaximum);
        if (answer != Answer.GRANTED) {
            throw new LimitExceededException(
                    "too-many-bodies",
                    answer == Answer.AGENT_EXHAUSTED
                            ? "The request bodies of agent '" + agent
                                    + "' that this instance reads or has in hand would"
                                    + " take more than " + agentMaximum
                                    + " bytes (openclaw.ingress.agent-max-body-bytes). Send fewer at once."
                            : "The request bodies of all agents that this instance reads or has in hand would take more"
                                    + " than " + memory.maximum()
                                    + " bytes (openclaw.ingress.max-body-bytes). Try again in a second.",
                    Duration.ofSeconds(1));
        }
        counted = bytesNow;
    }

    /** Its memory counts no more. */
    @Override
    public void close() {
        memory.giveBack(agent, counted);
        counted = 0;
        bytes = new byte[0];
        length = 0;
    }
}
