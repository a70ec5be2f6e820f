package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.inspection.InjectionScanner;
import io.openclaw.gateway.common.policy.PolicyDocument.Stdio;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * An MCP server as a child process (MCP 2025-11-25, "stdio"): a message a line. It sees nothing of our environment but what
 * every program needs and what its policy gives it, and is killed when it, with its children, takes more memory than it may or
 * writes a line that is too long. It ends with us.
 */
final class StdioTransport implements McpTransport {
    private static final Logger log = LoggerFactory.getLogger(StdioTransport.class);
    private static final List<String> INHERITED = List.of("PATH", "HOME", "LANG", "TMPDIR");
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(2);
    private static final int LONGEST_LOG_LINE = 500;

    private final String name;
    private final Unowned unowned;
    private final Process process;
    private final OutputStream toServer;
    private final long mostMemory;
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private static final Redactor REDACTOR = new Redactor();

    private volatile String lastError = "";
    private volatile @Nullable String whyKilled;

    private record Waiting(Receiver receiver, @Nullable String progressToken) {}

    private StdioTransport(String name, Process process, long mostMemory, Unowned unowned) {
        this.name = name;
        this.process = process;
        this.toServer = process.getOutputStream();
        this.mostMemory = mostMemory;
        this.unowned = unowned;
    }

    /**
     * Starts a server.
     *
     * @param secrets resolves the secrets that a text names
     * @throws IOException if the program cannot be started
     */
    static StdioTransport start(
            String name, Stdio stdio, java.util.function.UnaryOperator<String> secrets, Unowned unowned)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(stdio.command());
        stdio.args().forEach(argument -> command.add(secrets.apply(argument)));
        var builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(INHERITED);
        stdio.env().forEach((variable, value) -> environment.put(variable, secrets.apply(value)));
        if (stdio.directory() != null) {
            builder.directory(Path.of(stdio.directory()).toFile());
        }
        int memoryMb = stdio.memoryMb() == null ? 1024 : stdio.memoryMb();
        var transport = new StdioTransport(name, builder.start(), memoryMb * 1024L * 1024L, unowned);
        Thread.ofVirtual().name("mcp-out-" + name).start(transport::readMessages);
        Thread.ofVirtual().name("mcp-err-" + name).start(transport::readErrors);
        Thread.ofVirtual().name("mcp-memory-" + name).start(transport::watchMemory);
        return transport;
    }

    @Override
    public Exchange request(Outgoing request, Receiver receiver) {
        waiting.put(request.id(), new Waiting(receiver, request.progressToken()));
        try {
            write(request.json());
        } catch (IOException e) {
            if (waiting.remove(request.id()) != null) {
                receiver.failed(new UpstreamUnavailableException(gone(), false, e));
            }
        }
        if (over.get() && waiting.remove(request.id()) != null) {
            receiver.failed(new UpstreamUnavailableException(gone(), true, new IOException("it ended")));
        }
        return () -> waiting.remove(request.id());
    }

    @Override
    public void send(String json, Map<String, String> headers) {
        try {
            write(json);
        } catch (IOException e) {
            log.debug("a message did not reach {}: {}", name, e.toString());
        }
    }

    private void write(String json) throws IOException {
        byte[] line = (withoutLineBreaks(json) + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (toServer) {
            toServer.write(line);
            toServer.flush();
        }
    }

    /** Arguments are kept as their agent wrote them, over several lines perhaps; within a JSON text no line break is content. */
    private static String withoutLineBreaks(String json) {
        return json.indexOf('\n') < 0 && json.indexOf('\r') < 0
                ? json
                : json.replace('\n', ' ').replace('\r', ' ');
    }

    private void readMessages() {
        try (InputStream in = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
            for (byte[] line = line(in); line != null; line = line(in)) {
                if (line.length > 0) {
                    dispatch(line);
                }
            }
        } catch (IOException e) {
            kill(e.getMessage() == null ? e.toString() : e.getMessage());
        }
        end();
    }

    private static byte @Nullable [] line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream(1024);
        for (int c = in.read(); ; c = in.read()) {
            if (c < 0) {
                return line.size() == 0 ? null : line.toByteArray();
            }
            if (c == '\n') {
                return line.toByteArray();
            }
            if (line.size() >= GatewayApplication.MAX_PAYLOAD_BYTES) {
                throw new IOException(
                        "it wrote a line of more than " + GatewayApplication.MAX_PAYLOAD_BYTES + " bytes");
            }
            line.write(c);
        }
    }

    private void dispatch(byte[] line) {
        McpMessage message;
        try {
            message = McpMessage.read(line, null);
        } catch (IllegalArgumentException e) {
            log.warn(
                    "{} wrote a line that is no message ({}); it is skipped",
                    name,
                    REDACTOR.redact(String.valueOf(e.getMessage())));
            return;
        }
        if (message.isResponse()) {
            Waiting asker =
                    message.id() == null ? null : waiting.remove(message.id().text());
            if (asker != null) {
                asker.receiver().received(message);
            }
            return;
        }
        owner(message).ifPresentOrElse(asker -> asker.receiver().received(message), () -> unowned.received(message));
    }

    /** Returns whose message it is: only progress names its request. */
    private Optional<Waiting> owner(McpMessage message) {
        if (!"notifications/progress".equals(message.method()) || message.params() == null) {
            return Optional.empty();
        }
        JsonNode token = message.params().as(JsonNode.class).get("progressToken");
        return waiting.values().stream()
                .filter(asker -> token != null && token.asString("").equals(asker.progressToken()))
                .findFirst();
    }

    private void readErrors() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = boundedLine(reader); line != null; line = boundedLine(reader)) {
                if (!line.isBlank()) {
                    // It goes into messages, logs and the status of the upstream, so nothing of it is taken as it is.
                    lastError = InjectionScanner.mask(REDACTOR.redact(line));
                    log.debug("{}: {}", name, lastError);
                }
            }
        } catch (IOException e) {
            log.debug("{} closed its standard error: {}", name, e.toString());
        }
    }

    private static @Nullable String boundedLine(BufferedReader reader) throws IOException {
        var line = new StringBuilder();
        for (int c = reader.read(); ; c = reader.read()) {
            if (c < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            if (c == '\n') {
                return line.toString();
            }
            if (line.length() < LONGEST_LOG_LINE) {
                line.append((char) c);
            }
        }
    }

    private void watchMemory() {
        while (process.isAlive()) {
            try {
                Thread.sleep(LOOK_EVERY);
            } catch (InterruptedException e) {
                return;
            }
            long used = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                    .mapToLong(handle -> residentBytes(handle.pid()))
                    .sum();
            if (used > mostMemory) {
                kill("it used " + used / 1024 / 1024 + " MiB of memory, and may use " + mostMemory / 1024 / 1024);
            }
        }
    }

    /** Returns what a process has in memory, as Linux tells; elsewhere nothing can be told, and there is no limit. */
    private static long residentBytes(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }

    private void kill(String why) {
        whyKilled = why;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private void end() {
        try {
            process.waitFor(EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!over.compareAndSet(false, true)) {
            return;
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        waiting.keySet().forEach(id -> {
            Waiting asker = waiting.remove(id);
            if (asker != null) {
                asker.receiver()
                        .failed(new UpstreamUnavailableException(gone(), true, new IOException("the process ended")));
            }
        });
        unowned.lost(gone());
    }

    private String gone() {
        String why = whyKilled;
        if (why != null) {
            return "The MCP server " + name + " was killed: " + why + ".";
        }
        return "The MCP server " + name + " ended"
                + (process.isAlive() ? "" : " with status " + process.exitValue())
                + (lastError.isEmpty() ? "" : "; the last thing it said was: " + lastError) + ".";
    }

    @Override
    public void agreed(String protocolVersion) {
        // Only HTTP repeats it.
    }

    @Override
    public void listen() {
        // What belongs to no request comes on the same stream.
    }

    @Override
    public boolean hasHeaders() {
        return false;
    }

    /** Closes its input, as the specification asks; one that does not end by itself is killed. */
    @Override
    public void close() {
        try {
            toServer.close();
        } catch (IOException e) {
            log.debug("{}", e.toString());
        }
        try {
            if (!process.waitFor(EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroy();
                if (!process.waitFor(EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                    kill("it did not end by itself");
                }
            }
        } catch (InterruptedException e) {
            kill("there was no time to wait for it");
            Thread.currentThread().interrupt();
        }
    }
}
