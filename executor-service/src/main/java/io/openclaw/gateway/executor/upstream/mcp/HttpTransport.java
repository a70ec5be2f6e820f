package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.mcp.McpHeaders;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Streamable HTTP (MCP 2026-07-28 and 2025-11-25, "Transports"). Each request is a POST on a virtual thread of its own, answered
 * by one JSON object or by a stream; a stream of the older era that ends early is taken up again where it ended.
 */
final class HttpTransport implements McpTransport {
    private static final String SESSION = "Mcp-Session-Id";
    private static final Duration NOTIFICATION_TIMEOUT = Duration.ofSeconds(10);
    private static final int MOST_RESUMPTIONS = 100;
    private static final long LONGEST_PAUSE = 10_000;
    private static final long USUAL_PAUSE = 1_000;

    private final HttpClient client;
    private final URI endpoint;
    private final Credentials credentials;
    private final Unowned unowned;
    private volatile @Nullable String session;
    private volatile @Nullable String version;
    private volatile boolean closed;
    private volatile @Nullable Thread listener;

    /** What is sent to prove who we are. */
    interface Credentials {
        /**
         * Returns the headers of every request.
         *
         * @param refused those that the server refused, which are renewed unless another request had that done; empty at first
         */
        Map<String, String> headers(Map<String, String> refused) throws IOException, InterruptedException;

        /** Tells whether there can be fresh ones. */
        boolean canBeRenewed();
    }

    HttpTransport(HttpClient client, URI endpoint, Credentials credentials, Unowned unowned) {
        this.client = client;
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.unowned = unowned;
    }

    @Override
    public Exchange request(Outgoing request, Receiver receiver) {
        Thread thread = Thread.ofVirtual()
                .name("mcp-" + endpoint.getHost())
                .start(() -> new Request(request, receiver).carryOut());
        return thread::interrupt;
    }

    /** One request until its response. */
    private final class Request {
        private final Outgoing outgoing;
        private final Receiver receiver;
        private boolean sent;
        private boolean answered;

        Request(Outgoing outgoing, Receiver receiver) {
            this.outgoing = outgoing;
            this.receiver = receiver;
        }

        void carryOut() {
            try {
                HttpResponse<InputStream> response = post(outgoing.json(), outgoing.headers(), null);
                sent = true;
                receive(response);
            } catch (InterruptedException e) {
                receiver.failed(unavailable("was hung up on", e));
            } catch (IOException | RuntimeException e) {
                receiver.failed(unavailable(words(e), e));
            }
        }

        private void receive(HttpResponse<InputStream> response) throws IOException, InterruptedException {
            rememberSession(response);
            String type = response.headers().firstValue("Content-Type").orElse("");
            int status = response.statusCode();
            if (status == 200 && type.startsWith("text/event-stream")) {
                readStream(response);
                return;
            }
            if (type.startsWith("application/json")) {
                readObjects(response, status);
                if (answered) {
                    return;
                }
            } else {
                response.body().close();
            }
            if (status == 404 && session != null) {
                unowned.lost("it no longer knows our session");
            }
            String why =
                    "answered HTTP " + status + (status == 401 || status == 403 ? ": it refuses our credentials" : "");
            // A status that refuses says that nothing was done.
            throw new RefusedException(why, status >= 500);
        }

        private void readObjects(HttpResponse<InputStream> response, int status) throws IOException {
            try (InputStream body = response.body()) {
                var objects = new JsonReader(body);
                for (byte[] json = objects.next(); json != null && !answered; json = objects.next()) {
                    McpMessage message = McpMessage.read(json, status);
                    // What is no answer to this request, but an error all the same, is about it.
                    answered = message.answers(outgoing.id()) || (status != 200 && message.isResponse());
                    receiver.received(message);
                }
            } catch (IOException | IllegalArgumentException e) {
                if (status == 200) {
                    throw e;
                }
            }
        }

        private void readStream(HttpResponse<InputStream> first) throws IOException, InterruptedException {
            HttpResponse<InputStream> response = first;
            for (int n = 0; ; n++) {
                var events = new SseReader();
                String broken = null;
                try (InputStream stream = response.body()) {
                    events.read(stream);
                    for (byte[] data = events.next(); data != null && !answered; data = events.next()) {
                        McpMessage message = McpMessage.read(data, 200);
                        answered = message.answers(outgoing.id());
                        receiver.received(message);
                    }
                } catch (IOException e) {
                    broken = words(e);
                }
                if (answered) {
                    return;
                }
                String lastId = events.lastId();
                if (lastId == null || session == null || n == MOST_RESUMPTIONS || closed) {
                    throw new IOException(broken == null ? "ended its stream without an answer" : broken);
                }
                Thread.sleep(Math.min(LONGEST_PAUSE, events.retryMillis() < 0 ? USUAL_PAUSE : events.retryMillis()));
                response = get(lastId);
                if (response.statusCode() != 200) {
                    response.body().close();
                    throw new IOException("does not take up its stream again: HTTP " + response.statusCode());
                }
            }
        }

        private UpstreamUnavailableException unavailable(String why, Exception e) {
            boolean neverThere = !sent && (e instanceof ConnectException || e instanceof HttpConnectTimeoutException);
            boolean mayHaveStarted = e instanceof RefusedException refused ? refused.mayHaveStarted : !neverThere;
            return new UpstreamUnavailableException(
                    neverThere
                            ? "The MCP server at " + endpoint + " cannot be reached (" + why + "). Is it running?"
                            : "The MCP server at " + endpoint + " " + why + ".",
                    mayHaveStarted,
                    e);
        }
    }

    /** Thrown when a server answers without having done anything, or as none that does. */
    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;
        private final boolean mayHaveStarted;

        RefusedException(String message, boolean mayHaveStarted) {
            super(message);
            this.mayHaveStarted = mayHaveStarted;
        }
    }

    private void rememberSession(HttpResponse<InputStream> response) {
        Optional<String> given = response.headers().firstValue(SESSION);
        if (given.isPresent() && session == null) {
            session = given.get();
        }
    }

    private HttpResponse<InputStream> post(String json, Map<String, String> headers, @Nullable Duration timeout)
            throws IOException, InterruptedException {
        return send(renewed -> {
            HttpRequest.Builder request = builder(renewed)
                    .header("Content-Type", "application/json")
                    .header("Accept", "application/json, text/event-stream")
                    .POST(HttpRequest.BodyPublishers.ofString(json));
            headers.forEach(request::setHeader);
            if (timeout != null) {
                request.timeout(timeout);
            }
            return request;
        });
    }

    private HttpResponse<InputStream> get(@Nullable String lastEventId) throws IOException, InterruptedException {
        return send(renewed -> {
            HttpRequest.Builder request =
                    builder(renewed).header("Accept", "text/event-stream").GET();
            return lastEventId == null ? request : request.header("Last-Event-ID", lastEventId);
        });
    }

    private HttpResponse<InputStream> send(Function<Map<String, String>, HttpRequest.Builder> request)
            throws IOException, InterruptedException {
        Map<String, String> headers = credentials.headers(Map.of());
        HttpResponse<InputStream> response = client.send(request.apply(headers).build(), BodyHandlers.ofInputStream());
        if (response.statusCode() == 401 && credentials.canBeRenewed()) {
            response.body().close();
            return client.send(request.apply(credentials.headers(headers)).build(), BodyHandlers.ofInputStream());
        }
        return response;
    }

    private HttpRequest.Builder builder(Map<String, String> credentialHeaders) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint);
        credentialHeaders.forEach(request::setHeader);
        if (session != null) {
            request.setHeader(SESSION, session);
        }
        if (version != null) {
            request.setHeader(McpHeaders.VERSION, version);
        }
        return request;
    }

    private static String words(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    @Override
    public void send(String json, Map<String, String> headers) {
        Thread.ofVirtual().start(() -> {
            try {
                post(json, headers, NOTIFICATION_TIMEOUT).body().close();
            } catch (IOException | RuntimeException e) {
                // What it was about fails, or times out, and says so.
                closedQuietly(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void closedQuietly(Exception e) {
        org.slf4j.LoggerFactory.getLogger(HttpTransport.class).debug("a message did not arrive: {}", e.toString());
    }

    @Override
    public void agreed(String protocolVersion) {
        version = protocolVersion;
    }

    @Override
    public synchronized void listen() {
        if (listener == null && !closed) {
            listener =
                    Thread.ofVirtual().name("mcp-listen-" + endpoint.getHost()).start(this::readUnowned);
        }
    }

    private void readUnowned() {
        String lastId = null;
        long pause = USUAL_PAUSE;
        while (!closed) {
            try {
                HttpResponse<InputStream> response = get(lastId);
                try (InputStream stream = response.body()) {
                    if (response.statusCode() != 200) {
                        // Most servers have no such stream.
                        return;
                    }
                    var events = new SseReader();
                    events.read(stream);
                    for (byte[] data = events.next(); data != null; data = events.next()) {
                        pause = USUAL_PAUSE;
                        unowned.received(McpMessage.read(data, 200));
                    }
                    lastId = events.lastId();
                    if (events.retryMillis() >= 0) {
                        pause = Math.max(10, Math.min(LONGEST_PAUSE, events.retryMillis()));
                    }
                }
                Thread.sleep(pause);
                pause = Math.min(LONGEST_PAUSE, pause * 2);
            } catch (IOException | RuntimeException e) {
                if (closed) {
                    return;
                }
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException interrupted) {
                    return;
                }
                pause = Math.min(LONGEST_PAUSE, pause * 2);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public boolean hasHeaders() {
        return true;
    }

    @Override
    public void close() {
        closed = true;
        Thread listening = listener;
        if (listening != null) {
            listening.interrupt();
        }
        if (session != null) {
            Thread.ofVirtual().start(() -> {
                try {
                    client.send(
                            builder(credentials.headers(Map.of()))
                                    .DELETE()
                                    .timeout(NOTIFICATION_TIMEOUT)
                                    .build(),
                            BodyHandlers.discarding());
                } catch (IOException | RuntimeException e) {
                    closedQuietly(e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }
}
