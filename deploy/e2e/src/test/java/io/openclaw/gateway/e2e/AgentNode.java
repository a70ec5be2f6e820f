package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;

import io.openclaw.gateway.embedded.Ports;
import io.openclaw.gateway.testing.Attempts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/** A real OpenClaw, from the npm registry, whose agent has a {@link AgentModel} for a mind; {@code deploy/openclaw} finds it on PATH. */
final class AgentNode implements AutoCloseable {
    private static final Path HOME = Path.of("target/openclaw-agent").toAbsolutePath();
    private static final Path DEPLOY = Path.of("..").toAbsolutePath().normalize();

    private final int port = Ports.free();
    private Process process;

    AgentNode(AgentModel model) {
        try {
            FileSystemUtils.deleteRecursively(HOME);
            Files.createDirectories(workspace());
            Path bin = Files.createDirectories(HOME.resolve("bin")).resolve("openclaw");
            Files.writeString(
                    bin, "#!/bin/sh\nexec " + Npm.node().resolve("node") + " " + RealWorker.installed() + " \"$@\"\n");
            Files.setPosixFilePermissions(bin, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.createDirectories(state());
            Files.writeString(config(), """
                    {"gateway": {"mode": "local", "port": %d, "bind": "loopback", "auth": {"mode": "token", "token": "worker-secret-token"}},
                     "tools": {"profile": "full", "exec": {"host": "gateway", "security": "full", "ask": "off"}},
                     "agents": {"defaults": {"model": {"primary": "double/double"}, "workspace": "%s"}},
                     "models": {"mode": "merge", "providers": {"double": {"baseUrl": "%s", "apiKey": "k", "api": "openai-completions",
                       "models": [{"id": "double", "name": "Double", "reasoning": false, "input": ["text"],
                         "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0},
                         "contextWindow": 196608, "maxTokens": 8192}]}}}}
                    """.formatted(port, workspace(), model.url()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path workspace() {
        return HOME.resolve("home/workspace");
    }

    static Path config() {
        return state().resolve("openclaw.json");
    }

    private static Path state() {
        return HOME.resolve("home/.openclaw");
    }

    /** Returns a skill that comes with OpenClaw. */
    static String skill(String name) throws IOException {
        return Files.readString(RealWorker.installed().resolveSibling("skills/" + name + "/SKILL.md"));
    }

    /** Starts OpenClaw's own gateway, and returns when it listens. */
    void start() {
        try {
            process = builder(List.of(HOME.resolve("bin/openclaw").toString(), "gateway", "run"))
                    .redirectOutput(HOME.resolve("worker.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        eventually().atMost(Duration.ofMinutes(4)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("it ended; " + log());
            }
            return listens();
        });
    }

    String log() {
        return Attempts.tail(HOME.resolve("worker.log"));
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Has the agent take a turn, and returns what the command line said. */
    String turn(String session, String prompt) {
        return run(
                HOME.resolve("bin/openclaw").toString(),
                "agent",
                "--agent",
                "main",
                "--session-id",
                session,
                "--message",
                prompt);
    }

    /** Runs {@code deploy/openclaw}. */
    String gateway(String... arguments) {
        var command = new ArrayList<>(List.of(DEPLOY.resolve("openclaw").toString()));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    /** Runs OpenClaw's command line. */
    String openclaw(String... arguments) {
        var command = new ArrayList<>(List.of(HOME.resolve("bin/openclaw").toString()));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private String run(String... command) {
        try {
            Process running = builder(List.of(command)).start();
            String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (running.waitFor() != 0) {
                throw new IllegalStateException(List.of(command) + " ended with " + running.exitValue() + ": " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", HOME.resolve("home").toString());
        builder.environment().put("OPENCLAW_STATE_DIR", state().toString());
        builder.environment()
                .keySet()
                .removeAll(List.of("OPENCLAW_GATEWAY_TOKEN", "CLAWDBOT_GATEWAY_TOKEN", "AGENT_KEY", "GATEWAY_URL"));
        builder.environment()
                .merge("PATH", HOME.resolve("bin") + ":" + Npm.node(), (path, first) -> first + ":" + path);
        return builder;
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
}
