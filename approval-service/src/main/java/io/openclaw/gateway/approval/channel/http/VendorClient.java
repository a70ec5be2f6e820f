package io.openclaw.gateway.approval.channel.http;

import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Calls vendors over HTTP, once for each call, within bounds of time and size. It follows no redirect: tokens stay where they belong. */
public final class VendorClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_BODY = 256 * 1024;

    private final HttpClient client = HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(Redirect.NEVER)
            .build();
    private final Duration timeout;
    private final Clock clock;

    /** @param timeout for the whole of a call */
    public VendorClient(Duration timeout, Clock clock) {
        this.timeout = timeout;
        this.clock = clock;
    }

    /**
     * What a vendor answered.
     *
     * @param retryAfter how long it wants to be left alone (RFC 9110 section 10.2.3); absent if it did not say
     */
    public record Response(int status, @Nullable Duration retryAfter, String body) {
        /** Tells whether it is one of success. */
        public boolean isSuccess() {
            return status / 100 == 2;
        }

        /** Returns the body as JSON; a missing node if it is none. */
        public JsonNode json() {
            try {
                return Json.MAPPER.readTree(body);
            } catch (JacksonException e) {
                return MissingNode.getInstance();
            }
        }
    }

    /**
     * Posts a body.
     *
     * @throws SendingFailedException if there was no answer
     */
    public Response post(URI address, Map<String, String> headers, byte[] body) throws SendingFailedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address).timeout(timeout).POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::setHeader);
        return call(request.build());
    }

    /**
     * Gets what is at an address.
     *
     * @throws SendingFailedException if there was no answer
     */
    public Response get(URI address, Map<String, String> headers) throws SendingFailedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(timeout);
        headers.forEach(request::setHeader);
        return call(request.build());
    }

    private Response call(HttpRequest request) throws SendingFailedException {
        String host = request.uri().getHost();
        CompletableFuture<HttpResponse<byte[]>> calling =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BODY));
        try {
            HttpResponse<byte[]> response = calling.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Response(
                    response.statusCode(),
                    response.headers().firstValue("Retry-After").map(this::rest).orElse(null),
                    new String(response.body(), StandardCharsets.UTF_8));
        } catch (TimeoutException e) {
            calling.cancel(true);
            throw SendingFailedException.forNow(host + " did not answer within " + timeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw SendingFailedException.forNow(host + " cannot be reached: "
                    + (cause instanceof IOException && cause.getMessage() != null ? cause.getMessage() : cause));
        } catch (InterruptedException e) {
            calling.cancel(true);
            Thread.currentThread().interrupt();
            throw SendingFailedException.forNow("this process stops");
        }
    }

    private @Nullable Duration rest(String retryAfter) {
        String said = retryAfter.strip();
        if (said.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(said));
        }
        try {
            Instant at = ZonedDateTime.parse(said, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(clock.instant(), at);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
