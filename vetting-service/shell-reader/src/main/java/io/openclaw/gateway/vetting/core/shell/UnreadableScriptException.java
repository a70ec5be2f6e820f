package io.openclaw.gateway.vetting.core.shell;

/** A text is no shell script, or none of bearable size; the message says why. */
final class UnreadableScriptException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadableScriptException(String message) {
        super(message, null, false, false);
    }
}
