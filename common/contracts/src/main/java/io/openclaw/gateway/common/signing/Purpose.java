package io.openclaw.gateway.common.signing;

/** What a signature is for. Each purpose has keys of its own, so that a signature for one is none for another. */
public enum Purpose {
    /** An event on a topic, all bytes of it. */
    EVENT("event"),
    /** A call, as ingress received it. */
    CALL("call"),
    /** A verdict, with the call and the verdicts before it. */
    VERDICT("verdict"),
    /** A text that a client keeps for ingress. */
    REQUEST_STATE("request-state");

    private final String label;

    Purpose(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
