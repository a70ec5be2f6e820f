package io.openclaw.gateway.common.redaction;

/** Counts the characters that a scan looks at, so that a test can hold that it is linear without a clock. */
final class Work {
    private long characters;

    void add(long looked) {
        characters += looked;
    }

    long characters() {
        return characters;
    }
}
