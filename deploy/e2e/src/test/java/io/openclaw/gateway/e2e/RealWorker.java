package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;

import io.openclaw.gateway.embedded.Ports;
import io.openclaw.gateway.testing.Attempts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** A real OpenClaw worker, from the npm registry, in target/; what is installed there already is used again. */
final class RealWorker implements AutoCloseable {
    static final String TOKEN = "worker-secret-token";
    private static final String VERSION = "2026.9.6";
    private static final Path HOME = Path.of("target/openclaw").toAbsolutePath();

    private static RealWorker running;

    private final Process process;
    private final int port;

    private RealWorker(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Returns the worker, which is installed and started first if need be, and runs until the tests end. */
    static synchronized RealWorker get() {
        if (running == null || !running.process.isAlive()) {
            running = installAndStart();
        }
        return running;
    }

    private static RealWorker installAndStart() {
        Path openclaw = installed();
        return Attempts.twice("OpenClaw's worker", () -> {
            try {
                return start(openclaw);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static RealWorker start(Path openclaw) throws IOException {
        Path state = HOME.resolve("home/.openclaw");
        Files.createDirectories(state);
        int port = Ports.free();
        Files.writeString(state.resolve("openclaw.json"), """
                {"gateway": {"mode": "local", "port": %d, "bind": "loopback", "auth": {"mode": "token", "token": "%s"}},
                 "tools": {"profile": "full", "exec": {"host": "gateway", "security": "full", "ask": "off"}}}
                """.formatted(port, TOKEN));
        var builder = Npm.script(openclaw, "gateway", "run")
                .redirectOutput(HOME.resolve("worker.log").toFile());
        builder.environment().put("HOME", state.getParent().toString());
        builder.environment().put("OPENCLAW_STATE_DIR", state.toString());
        builder.environment().keySet().removeAll(List.of("OPENCLAW_GATEWAY_TOKEN", "CLAWDBOT_GATEWAY_TOKEN"));
        var worker = new RealWorker(builder.start(), port);
        Runtime.getRuntime().addShutdownHook(new Thread(worker::close));
        try {
            eventually().atMost(Duration.ofMinutes(3)).until(worker::listens);
        } catch (ConditionTimeoutException e) {
            worker.close();
            throw new IllegalStateException("it does not listen; " + Attempts.tail(HOME.resolve("worker.log")), e);
        }
        return worker;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new IllegalStateException("it ended; " + Attempts.tail(HOME.resolve("worker.log")));
        }
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the script of OpenClaw, which is installed if it is not yet. */
    static Path installed() {
        return Npm.install("openclaw", "openclaw@" + VERSION).resolve("node_modules/openclaw/openclaw.mjs");
    }
}
