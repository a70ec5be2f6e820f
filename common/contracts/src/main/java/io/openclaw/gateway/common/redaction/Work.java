package io.openclaw.gateway.common.redaction;

/** What one masking has done: the literals that it masked, and how many characters it looked at, so that a test can hold that it is linear. */
final class Work {
    private final Repeats masked = new Repeats();
    private long characters;

    void add(long looked) {
        characters += looked;
    }

    long characters() {
        return characters;
    }

    /** Returns the literals that were masked, which may stand elsewhere, too. */
    Repeats masked() {
        return masked;
    }
}
