package io.openclaw.gateway.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the tests need from npm: a Node of their own, and packages for it. Each is installed once. */
final class Npm {
    private static final Path HOME = Path.of("target/npm").toAbsolutePath();

    private Npm() {}

    /** Returns the directory of a Node 24's programs: what is tested against needs 22 or newer. */
    static synchronized Path node() {
        // On an older Node, npm takes an empty placeholder for what wants a newer one.
        return installWith("node", null, "node@24").resolve("node_modules/node/bin");
    }

    /** Installs packages beside each other, and returns the directory that has {@code node_modules}. */
    static synchronized Path install(String name, String... packages) {
        return installWith(name, node(), packages);
    }

    private static Path installWith(String name, Path pathFirst, String... packages) {
        Path directory = HOME.resolve(name);
        try {
            if (Files.exists(directory.resolve("node_modules/.package-lock.json"))) {
                return directory;
            }
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("package.json"), "{\"private\":true}");
            var command = new ArrayList<>(List.of("npm", "install", "--no-audit", "--no-fund", "--loglevel=error"));
            if (pathFirst != null) {
                command.add("--ignore-scripts");
            }
            command.addAll(List.of(packages));
            Path log = directory.resolve("install.log");
            var builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            putFirst(builder.environment(), pathFirst);
            Process npm = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(npm::destroy));
            if (npm.waitFor() != 0) {
                throw new IllegalStateException(
                        "npm could not install " + List.of(packages) + "; it said: " + Files.readString(log));
            }
            return directory;
        } catch (IOException e) {
            throw new IllegalStateException("npm could not install " + List.of(packages), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Makes a process that runs a script with the Node of the tests. */
    static ProcessBuilder script(Path script, String... arguments) {
        var command = new ArrayList<String>();
        command.add(node().resolve("node").toString());
        command.add(script.toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        putFirst(builder.environment(), node());
        return builder;
    }

    private static void putFirst(Map<String, String> environment, Path directory) {
        if (directory != null) {
            environment.merge("PATH", directory.toString(), (path, first) -> first + ":" + path);
        }
    }
}
