package io.openclaw.gateway.vetting.judge;

/** No model could be asked, or it gave no usable answer; the message says which, for a person. */
public final class ModelFailedException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param kind a word for metrics: timeout, error, bad-output, circuit-open or budget */
    public ModelFailedException(String kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public ModelFailedException(String kind, String message) {
        super(message);
        this.kind = kind;
    }

    private final String kind;

    /** Returns a word for metrics. */
    public String kind() {
        return kind;
    }
}
