package io.openclaw.gateway.vetting.core.shell;

/** A text that every shell refuses as a whole, such as a redirection without a target. */
final class NoShellException extends UnreadableScriptException {
    private static final long serialVersionUID = 1;

    NoShellException(String message) {
        super(message);
    }
}
