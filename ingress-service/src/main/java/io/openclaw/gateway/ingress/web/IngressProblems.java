package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.ingress.core.IdempotencyKeyReusedException;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
import io.openclaw.gateway.ingress.core.ResultGoneException;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What each refusal of ingress is as a problem (RFC 9457). */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
final class IngressProblems {

    /** Returns the problem that an exception of ingress stands for. */
    static Optional<ProblemDetail> of(RuntimeException e) {
        return Optional.ofNullable(
                switch (e) {
                    case InvalidRequestException invalid ->
                        problem(HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", invalid);
                    // A header with bytes that no text has; the firewall finds it when it is read.
                    case RequestRejectedException rejected ->
                        problem(HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", rejected);
                    case BodyTooLargeException large ->
                        problem(HttpStatus.CONTENT_TOO_LARGE, "too-large", "Request too large", large);
                    case IdempotencyKeyReusedException reused ->
                        problem(
                                HttpStatus.UNPROCESSABLE_CONTENT,
                                "idempotency-key-reused",
                                "Idempotency key reused",
                                reused);
                    case ResultGoneException gone -> problem(HttpStatus.GONE, "result-gone", "Result gone", gone);
                    case LimitExceededException limit ->
                        problem(HttpStatus.TOO_MANY_REQUESTS, limit.slug(), "Limit exceeded", limit);
                    case PipelineUnavailableException unavailable ->
                        problem(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "pipeline-unavailable",
                                "Pipeline unavailable",
                                unavailable);
                    default -> null;
                });
    }

    @ExceptionHandler({
        InvalidRequestException.class,
        BodyTooLargeException.class,
        IdempotencyKeyReusedException.class,
        ResultGoneException.class,
        LimitExceededException.class,
        PipelineUnavailableException.class
    })
    ResponseEntity<ProblemDetail> refused(RuntimeException e) {
        ProblemDetail problem = of(e).orElseThrow();
        var answer = ResponseEntity.status(problem.getStatus()).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (isWorthARetry(problem.getStatus())) {
            answer.header(HttpHeaders.RETRY_AFTER, retryAfter(e));
        }
        return answer.body(problem);
    }

    static boolean isWorthARetry(int status) {
        return status == HttpStatus.TOO_MANY_REQUESTS.value() || status == HttpStatus.SERVICE_UNAVAILABLE.value();
    }

    /** Returns the seconds after which the same request may succeed. */
    static String retryAfter(RuntimeException e) {
        return e instanceof LimitExceededException limit ? Long.toString(limit.retryAfterSeconds()) : "1";
    }

    private static ProblemDetail problem(HttpStatus status, String slug, String title, RuntimeException e) {
        return Problems.detail(status, slug, title, String.valueOf(e.getMessage()));
    }
}
