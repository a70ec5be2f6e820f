package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.call.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** The console's styles, scripts and icon: its own, and htmx from webjars, whatever their versions. */
public final class ConsoleAssets {
    /** Where they are served. */
    public static final String PATH = "/console/assets/";

    private static final Map<String, String> FILES = Map.of(
            "console.css", "classpath*:console/console.css",
            "console.js", "classpath*:console/console.js",
            "passkeys.js", "classpath*:console/passkeys.js",
            "theme.js", "classpath*:console/theme.js",
            "icon.svg", "classpath*:console/icon.svg",
            "htmx.js", "classpath*:META-INF/resources/webjars/htmx.org/*/dist/htmx.min.js",
            "sse.js", "classpath*:META-INF/resources/webjars/htmx-ext-sse/*/sse.js");
    private static final Map<String, String> TYPES =
            Map.of("css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

    private final Map<String, byte[]> files = new TreeMap<>();
    private final String version;

    /** @throws IllegalStateException naming a file that is not on the class path */
    public ConsoleAssets() {
        var resolver = new PathMatchingResourcePatternResolver();
        var all = new ByteArrayOutputStream();
        FILES.forEach((name, pattern) -> {
            try {
                Resource[] found = resolver.getResources(pattern);
                if (found.length == 0) {
                    throw new IllegalStateException("the console's " + name + " is not on the class path: " + pattern);
                }
                files.put(name, found[0].getContentAsByteArray());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the console's " + name, e);
            }
        });
        files.values().forEach(all::writeBytes);
        version = Digest.sha256Hex(all.toByteArray()).substring(0, 12);
    }

    /** Returns a hash over all of them. */
    public String version() {
        return version;
    }

    /** Returns a file's content; empty if there is no such file. */
    public Optional<byte[]> find(String name) {
        return Optional.ofNullable(files.get(name));
    }

    /** Returns the media type of a file, by the ending of its name. */
    static String typeOf(String name) {
        return TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
    }
}
