package io.openclaw.gateway.common.web;

import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/** Problem details (RFC 9457): what was wrong, with what value, and what to do. */
public final class Problems {
    private Problems() {}

    /**
     * Makes an exception that is answered as a problem.
     *
     * @param slug a stable word for programs; the problem's type is {@code urn:openclaw:problem:<slug>}
     * @param title the kind of problem
     * @param detail what was wrong in this case and what to do
     */
    public static ErrorResponseException of(HttpStatus status, String slug, String title, String detail) {
        return new ErrorResponseException(status, detail(status, slug, title, detail), null);
    }

    /** Makes the problem itself. */
    public static ProblemDetail detail(HttpStatus status, String slug, String title, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:openclaw:problem:" + slug));
        problem.setTitle(title);
        return problem;
    }
}
