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
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** An MCP server on Node that listens on a port of this machine. */
final class NodeServer implements AutoCloseable {
    private static final String MODULES = "@modelcontextprotocol/";

    private final Process process;
    private final int port;

    private NodeServer(Process process, int port) {
        this.process = process;
        this.port = port;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** Installs what the MCP tests need, and returns the directory that has {@code node_modules}. */
    static Path packages() {
        return Npm.install(
                "mcp",
                MODULES + "conformance@0.2.0-alpha.12",
                MODULES + "sdk@1.32.2",
                MODULES + "client@2.4.0",
                MODULES + "server@2.4.0",
                MODULES + "server-everything@2026.8.31",
                MODULES + "server-filesystem@2026.8.31",
                MODULES + "server-memory@2026.8.31");
    }

    /** Returns the script of a package of the Model Context Protocol. */
    static Path script(String name, String file) {
        return packages().resolve("node_modules/" + MODULES + name + "/" + file);
    }

    /** Returns the script of MCP's inspector, which is installed if it is not yet. */
    static Path inspector() {
        return Npm.install("inspector", MODULES + "inspector@2.12.0")
                .resolve("node_modules/" + MODULES + "inspector/clients/launcher/build/index.js");
    }

    /** Returns the script of the last inspector whose page can connect to a server by itself; later ones connect for it. */
    static Path directInspector() {
        return Npm.install("inspector-direct", MODULES + "inspector@1.0.3")
                .resolve("node_modules/" + MODULES + "inspector/client/bin/start.js");
    }

    /** Puts a script of the test resources where it finds its packages. */
    static Path ownScript(String name) {
        Path script = packages().resolve(name);
        try (var in = NodeServer.class.getResourceAsStream("/mcp/" + name)) {
            Files.write(script, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return script;
    }

    /** Starts the server that has what the conformance suite asks for. */
    static NodeServer reference() {
        Path script = ownScript("reference-server.mjs");
        return start("reference", port -> Npm.script(script, Integer.toString(port)));
    }

    static NodeServer everything() {
        Path script = script("server-everything", "dist/index.js");
        return start("everything", port -> {
            ProcessBuilder builder = Npm.script(script, "streamableHttp");
            builder.environment().put("PORT", Integer.toString(port));
            return builder;
        });
    }

    /** Starts a server; if it does not start, once more on another port. */
    private static NodeServer start(String name, IntFunction<ProcessBuilder> on) {
        Path log = packages().resolve(name + ".log");
        return Attempts.twice("The server " + name, () -> {
            int port = Ports.free();
            try {
                var server = new NodeServer(
                        on.apply(port).redirectOutput(log.toFile()).start(), port);
                eventually().until(() -> !server.process.isAlive() || server.listens());
                if (!server.process.isAlive()) {
                    throw new IllegalStateException(
                            "it ended with " + server.process.exitValue() + "; " + Attempts.tail(log));
                }
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    String url() {
        return "http://127.0.0.1:" + port + "/mcp";
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
