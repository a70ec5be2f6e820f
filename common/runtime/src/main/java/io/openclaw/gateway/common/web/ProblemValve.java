package io.openclaw.gateway.common.web;

import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * Answers as a problem (RFC 9457) what Tomcat refuses before any filter sees it, such as a header with a NUL; Tomcat's own
 * answer is a page of HTML.
 */
public final class ProblemValve extends ErrorReportValve {
    private static final Logger log = LoggerFactory.getLogger(ProblemValve.class);

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int code = response.getStatus();
        if (code < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        HttpStatus known = HttpStatus.resolve(code);
        HttpStatus status = known == null ? HttpStatus.BAD_REQUEST : known;
        try {
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.getOutputStream()
                    .write(Json.write(
                            Problems.detail(status, "http", status.getReasonPhrase(), status.getReasonPhrase())));
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            log.debug("the answer could not be written", e);
        }
    }
}
