package io.openclaw.gateway.ingress.web;

import org.jspecify.annotations.Nullable;
import org.springframework.http.ProblemDetail;

/**
 * What a refusal of ingress is, for doors that do not answer in problem details.
 *
 * @param retryAfter seconds after which a request {@link #isWorthARetry} may succeed
 */
public record Problem(int status, String words, String retryAfter) {
    /** Returns what an exception is; null if it is no refusal. */
    public static @Nullable Problem of(RuntimeException e) {
        ProblemDetail problem = IngressProblems.of(e).orElse(null);
        return problem == null
                ? null
                : new Problem(problem.getStatus(), String.valueOf(problem.getDetail()), IngressProblems.retryAfter(e));
    }

    /** Tells whether the same request may succeed in a moment. */
    public boolean isWorthARetry() {
        return IngressProblems.isWorthARetry(status);
    }
}
