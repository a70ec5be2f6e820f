package io.openclaw.gateway.ingress.execute.web;

import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.ingress.execute.Runs;
import io.openclaw.gateway.ingress.execute.core.PlanDecision;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What each refusal of {@code /execute} is as a problem (RFC 9457). */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class ExecuteProblems {

    @ExceptionHandler
    ResponseEntity<ProblemDetail> noModel(Runs.NoModelException e) {
        return answer(HttpStatus.SERVICE_UNAVAILABLE, "no-model", "No model", e);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> conflict(PlanDecision.ConflictException e) {
        return answer(HttpStatus.CONFLICT, "no-such-plan", "No such plan", e);
    }

    private static ResponseEntity<ProblemDetail> answer(HttpStatus status, String slug, String title, Exception e) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(Problems.detail(status, slug, title, String.valueOf(e.getMessage())));
    }
}
