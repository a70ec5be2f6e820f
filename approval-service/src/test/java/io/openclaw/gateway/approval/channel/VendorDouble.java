package io.openclaw.gateway.approval.channel;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Stands in for a vendor on loopback: it holds requests to the vendor's documented limits, and fails as it is told to. */
abstract class VendorDouble implements AutoCloseable {
    private final HttpServer server;
    private final Deque<Answer> failures = new ConcurrentLinkedDeque<>();
    private final List<Request> taken = new CopyOnWriteArrayList<>();
    private volatile @Nullable Answer always;
    private final AtomicInteger requests = new AtomicInteger();

    /**
     * A request that came.
     *
     * @param headers by their names in lower case
     */
    record Request(String path, Map<String, String> headers, String raw, JsonNode body) {}

    /** What is answered. */
    record Answer(int status, Map<String, String> headers, String body) {
        static Answer of(int status, Object body) {
            return new Answer(status, Map.of(), Json.MAPPER.writeValueAsString(body));
        }

        Answer with(String header, String value) {
            return new Answer(status, Map.of(header, value), body);
        }
    }

    VendorDouble() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** Answers a request that is not told to fail; what was taken has another status than an error's. */
    protected abstract Answer answer(Request request);

    /** Tells whether an answer says that the request was taken. */
    protected boolean isTaken(Answer answer) {
        return answer.status() == 200;
    }

    /** Answers the next requests so. */
    final void failNext(Answer... answers) {
        failures.addAll(List.of(answers));
    }

    /** Answers every request so, until it is null. */
    final void failing(@Nullable Answer answer) {
        always = answer;
    }

    /** Returns the requests that were taken. */
    final List<Request> taken() {
        return new ArrayList<>(taken);
    }

    final void forget() {
        taken.clear();
    }

    /** Returns how many requests came, those that failed included. */
    final int requests() {
        return requests.get();
    }

    final URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.incrementAndGet();
            String raw = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
            Answer answer = always;
            if (answer == null) {
                answer = failures.poll();
            }
            if (answer == null) {
                var request = new Request(exchange.getRequestURI().getPath(), headers, raw, Json.MAPPER.readTree(raw));
                answer = answer(request);
                if (isTaken(answer)) {
                    taken.add(request);
                }
            }
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    static int codePoints(String text) {
        return text.codePointCount(0, text.length());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
