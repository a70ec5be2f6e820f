package io.openclaw.gateway.executor.upstream;

import io.openclaw.gateway.executor.core.Answer;
import org.jspecify.annotations.Nullable;

/** Thrown by the last look before an attempt: it must not begin. */
public final class WithheldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Answer answer;

    /**
     * @param answer how the call ends; {@code null} if its claim is another executor's by now, which ends it
     */
    public WithheldException(@Nullable Answer answer) {
        super("the call is not begun", null, false, false);
        this.answer = answer;
    }

    /** Returns how the call ends; {@code null} if another executor ends it. */
    public @Nullable Answer answer() {
        return answer;
    }
}
