package io.openclaw.gateway.audit.core.tree;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a leaf of the tree covers: every column of a recorded event that does not follow from another, as one JSON object. Its
 * members stand in the order of {@link Member} without spaces between them, texts are escaped as RFC 8785 section 3.2.2.2 does
 * it, times have six decimals, and the event comes last, with exactly the bytes that are stored:
 *
 * <pre>{"v":1,"id":17,"topic":"openclaw.calls.requested","partition":0,"offset":4,"type":"call.requested","callId":"0190…",
 * "agent":"demo","upstream":"openclaw","tool":"exec","outcome":null,"occurredAt":"2026-11-27T10:00:00.123000Z",
 * "recordedAt":"2026-11-27T10:00:00.345678Z","signedBy":"ingress","signatureProblem":null,"event":{…}}</pre>
 *
 * <p>The event is one JSON value, so no other columns give the same bytes. One object serves for one leaf after the other; it is
 * not safe for use by several threads at once.
 */
public final class Leaf {
    private static final byte[] START = ascii("{\"v\":1,\"id\":");
    private static final byte[] NULL = ascii("null");
    private static final byte[] HEX = ascii("0123456789abcdef");
    private static final int UUID_LENGTH = 38;
    private static final int NUMBER_LENGTH = 20;
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    /** The members after the id, in their order. */
    public enum Member {
        TOPIC("topic"),
        PARTITION("partition"),
        OFFSET("offset"),
        TYPE("type"),
        CALL_ID("callId"),
        AGENT("agent"),
        UPSTREAM("upstream"),
        TOOL("tool"),
        OUTCOME("outcome"),
        OCCURRED_AT("occurredAt"),
        RECORDED_AT("recordedAt"),
        SIGNED_BY("signedBy"),
        SIGNATURE_PROBLEM("signatureProblem"),
        EVENT("event");

        @SuppressWarnings("ImmutableEnumChecker") // Nobody changes it.
        private final byte[] name;

        Member(String name) {
            this.name = ascii(",\"" + name + "\":");
        }
    }

    private final TreeHasher hasher = new TreeHasher();
    private byte[] bytes = new byte[4_096];
    private int length;
    private long day = Long.MIN_VALUE;
    private byte[] date = new byte[0];

    /** Begins the leaf of an event. */
    public Leaf begin(long id) {
        length = 0;
        return add(START).add(id);
    }

    /** Adds a number. */
    public Leaf number(Member member, long value) {
        return add(member.name).add(value);
    }

    /** Adds a text, or {@code null}. */
    public Leaf text(Member member, @Nullable String value) {
        if (value == null) {
            return add(member.name).add(NULL);
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return text(member, utf8, 0, utf8.length);
    }

    /** Adds a text that is a part of an array, in UTF-8; {@code null} if its length is negative. */
    public Leaf text(Member member, byte[] utf8, int from, int count) {
        add(member.name);
        if (count < 0) {
            return add(NULL);
        }
        room(6 * count + 2);
        bytes[length++] = '"';
        for (int i = from; i < from + count; i++) {
            byte each = utf8[i];
            if (each < 0 || (each >= ' ' && each != '"' && each != '\\')) {
                bytes[length++] = each;
            } else {
                escape(each);
            }
        }
        bytes[length++] = '"';
        return this;
    }

    private void escape(byte each) {
        bytes[length++] = '\\';
        switch (each) {
            case '"', '\\' -> bytes[length++] = each;
            case '\b' -> bytes[length++] = 'b';
            case '\t' -> bytes[length++] = 't';
            case '\n' -> bytes[length++] = 'n';
            case '\f' -> bytes[length++] = 'f';
            case '\r' -> bytes[length++] = 'r';
            default -> {
                bytes[length++] = 'u';
                hex(each, 4);
            }
        }
    }

    /** Adds a UUID, or {@code null}. */
    public Leaf uuid(Member member, @Nullable UUID value) {
        return value == null
                ? add(member.name).add(NULL)
                : uuid(member, value.getMostSignificantBits(), value.getLeastSignificantBits());
    }

    /** Adds a UUID of two halves. */
    public Leaf uuid(Member member, long most, long least) {
        add(member.name);
        room(UUID_LENGTH);
        bytes[length++] = '"';
        hex(most >>> 32, 8);
        bytes[length++] = '-';
        hex(most >>> 16, 4);
        bytes[length++] = '-';
        hex(most, 4);
        bytes[length++] = '-';
        hex(least >>> 48, 4);
        bytes[length++] = '-';
        hex(least, 12);
        bytes[length++] = '"';
        return this;
    }

    /** Adds a time, in microseconds since 1970. */
    public Leaf time(Member member, long micros) {
        add(member.name);
        long itsDay = Math.floorDiv(micros, MICROS_PER_DAY);
        if (itsDay != day) {
            day = itsDay;
            date = ascii(LocalDate.ofEpochDay(itsDay).toString());
        }
        long rest = Math.floorMod(micros, MICROS_PER_DAY);
        long seconds = rest / 1_000_000;
        room(date.length + NUMBER_LENGTH);
        bytes[length++] = '"';
        add(date);
        bytes[length++] = 'T';
        decimal(seconds / 3_600, 2);
        bytes[length++] = ':';
        decimal(seconds / 60 % 60, 2);
        bytes[length++] = ':';
        decimal(seconds % 60, 2);
        bytes[length++] = '.';
        decimal(rest % 1_000_000, 6);
        bytes[length++] = 'Z';
        bytes[length++] = '"';
        return this;
    }

    /** Adds the event, as it is stored, and ends the leaf. */
    public Leaf event(byte[] json, int from, int count) {
        add(Member.EVENT.name);
        room(count + 1);
        System.arraycopy(json, from, bytes, length, count);
        length += count;
        bytes[length++] = '}';
        return this;
    }

    /** Returns the hash of the leaf. */
    public byte[] hash() {
        return hasher.leaf(bytes, 0, length);
    }

    /** Returns the bytes that are hashed. */
    public byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Returns what a leaf would be under another id. */
    static byte[] renamed(byte[] leaf, long id) {
        int after = START.length;
        while (leaf[after] >= '0' && leaf[after] <= '9') {
            after++;
        }
        byte[] digits = ascii(Long.toString(id));
        byte[] renamed = Arrays.copyOf(START, START.length + digits.length + leaf.length - after);
        System.arraycopy(digits, 0, renamed, START.length, digits.length);
        System.arraycopy(leaf, after, renamed, START.length + digits.length, leaf.length - after);
        return renamed;
    }

    private Leaf add(byte[] ascii) {
        room(ascii.length);
        System.arraycopy(ascii, 0, bytes, length, ascii.length);
        length += ascii.length;
        return this;
    }

    private Leaf add(long value) {
        return add(ascii(Long.toString(value)));
    }

    private void hex(long value, int digits) {
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            bytes[length++] = HEX[(int) (value >>> shift) & 0xf];
        }
    }

    private void decimal(long value, int digits) {
        long rest = value;
        for (int i = digits - 1; i >= 0; i--) {
            bytes[length + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    private void room(int count) {
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
