package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

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
    static NodeServer reference(int port) {
        return start(Npm.script(ownScript("reference-server.mjs"), Integer.toString(port)), port, "reference.log");
    }

    static NodeServer everything(int port) {
        ProcessBuilder builder = Npm.script(script("server-everything", "dist/index.js"), "streamableHttp");
        builder.environment().put("PORT", Integer.toString(port));
        return start(builder, port, "everything.log");
    }

    private static NodeServer start(ProcessBuilder builder, int port, String log) {
        try {
            var server = new NodeServer(
                    builder.redirectOutput(packages().resolve(log).toFile()).start(), port);
            eventually().atMost(Duration.ofSeconds(30)).until(server::listens);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new IllegalStateException("a server on Node ended; see its log in " + packages());
        }
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
