package io.openclaw.gateway.common.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Fetches each document of an issuer at most once in ten seconds, one at a time; in between, anyone who wants it gets the answer, or
 * the failure, of the last fetch. A token may name any key id, and each that is unknown would be a fetch otherwise. A new key of an
 * issuer is known after ten seconds at most.
 */
final class FetchThrottle implements ClientHttpRequestInterceptor {
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<URI, Fetch> last = new HashMap<>();

    private record Fetch(long at, @Nullable Answer answer) {}

    FetchThrottle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        lock.lock();
        try {
            Fetch known = last.get(request.getURI());
            if (known == null || nanoTime.getAsLong() - known.at() >= INTERVAL.toNanos()) {
                // What fails is known to have failed, too.
                last.put(request.getURI(), new Fetch(nanoTime.getAsLong(), null));
                try (ClientHttpResponse response = execution.execute(request, body)) {
                    known = new Fetch(nanoTime.getAsLong(), new Answer(response));
                }
                last.put(request.getURI(), known);
            }
            Answer answer = known.answer();
            if (answer == null) {
                throw new IOException("the last fetch failed, less than " + INTERVAL.toSeconds() + " s ago");
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private static final class Answer implements ClientHttpResponse {
        private final HttpStatusCode status;
        private final String statusText;
        private final HttpHeaders headers;
        private final byte[] body;

        private Answer(ClientHttpResponse response) throws IOException {
            this.status = response.getStatusCode();
            this.statusText = response.getStatusText();
            this.headers = response.getHeaders();
            this.body = response.getBody().readAllBytes();
        }

        @Override
        public HttpStatusCode getStatusCode() {
            return status;
        }

        @Override
        public String getStatusText() {
            return statusText;
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public InputStream getBody() {
            return new ByteArrayInputStream(body);
        }

        @Override
        public void close() {}
    }
}
