package io.openclaw.gateway.common.web;

import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Answers every error as a problem, those of the servlet container included. */
@RestControllerAdvice
@RestController
public class ProblemPages extends ResponseEntityExceptionHandler implements ErrorController {
    private static final Logger log = LoggerFactory.getLogger(ProblemPages.class);

    /** Answers text that cannot be kept, in a body, in the parameters of an address, or in a header that a handler reads. */
    @ExceptionHandler({InexactJsonException.class, InvalidParameterException.class, RequestRejectedException.class})
    ResponseEntity<ProblemDetail> unreadable(RuntimeException e) {
        return answer(Problems.detail(
                HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", String.valueOf(e.getMessage())));
    }

    /** Answers what a handler did not expect; the details are for the log alone. */
    @ExceptionHandler(RuntimeException.class)
    ResponseEntity<ProblemDetail> unexpected(RuntimeException e) {
        log.error("unexpected", e);
        return answer(Problems.detail(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "unexpected",
                "Unexpected error",
                "The gateway could not handle this request; its log says more."));
    }

    /** Answers what went wrong before or outside a handler. */
    @RequestMapping("/error")
    ResponseEntity<ProblemDetail> outsideOfHandlers(HttpServletRequest request) {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status = code instanceof Integer number ? HttpStatus.resolve(number) : null;
        if (status == null) {
            status = HttpStatus.NOT_FOUND;
        }
        return answer(Problems.detail(status, "http", status.getReasonPhrase(), status.getReasonPhrase()));
    }

    /** Writes a problem as the answer of a servlet filter. */
    public static void write(HttpServletResponse response, ProblemDetail problem) throws IOException {
        response.setStatus(problem.getStatus());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(Json.write(problem));
    }

    private static ResponseEntity<ProblemDetail> answer(ProblemDetail problem) {
        return ResponseEntity.status(problem.getStatus())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }
}
