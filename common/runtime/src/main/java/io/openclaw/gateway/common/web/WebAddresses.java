package io.openclaw.gateway.common.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Where clients reach the gateway, and the pages of which origins may use it from a browser.
 *
 * @param allowedHosts what the {@code Host} header may name, beside names of this machine and the public URL; with or without
 *     port
 * @param allowedOrigins what the {@code Origin} header may say, beside the host's own, the public URL's and those of this
 *     machine; each a scheme and an authority, such as {@code https://app.example.com} (RFC 6454 section 6.2)
 * @param publicUrl where clients reach the gateway, such as {@code https://gateway.example.com}, without a slash at its end;
 *     as the request says, if absent
 */
@ConfigurationProperties("openclaw.mcp")
public record WebAddresses(
        @DefaultValue List<String> allowedHosts,
        @DefaultValue List<String> allowedOrigins,
        @Nullable String publicUrl) {
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    /** @throws IllegalArgumentException naming the setting that is no origin or no URL */
    public WebAddresses {
        allowedHosts = allowedHosts.stream().map(String::strip).toList();
        allowedOrigins = allowedOrigins.stream().map(WebAddresses::origin).toList();
        publicUrl = publicUrl == null || publicUrl.isBlank() ? null : url(publicUrl.strip());
    }

    /** Returns the addresses of a gateway with no settings. */
    public static WebAddresses ofThisMachine() {
        return new WebAddresses(List.of(), List.of(), null);
    }

    private static String origin(String text) {
        String origin = withoutSlash(text.strip().toLowerCase(Locale.ROOT));
        if (!origin.matches("[a-z][a-z0-9+.-]*://[^/?#@*]+")) {
            throw new IllegalArgumentException("openclaw.mcp.allowed-origins (OPENCLAW_ALLOWED_ORIGINS) has '" + text
                    + "', which is no origin: name each as browsers send it, such as https://app.example.com");
        }
        return withoutDefaultPort(origin);
    }

    /** Browsers leave a scheme's default port out (URL Standard, "URL port"); people and programs need not. */
    private static String withoutDefaultPort(String origin) {
        return origin.replaceFirst("^(https://.+):443$", "$1").replaceFirst("^(http://.+):80$", "$1");
    }

    private static String url(String text) {
        if (!text.matches("(?i)https?://[^/?#@\\s]+(/[^?#\\s]*)?")) {
            throw new IllegalArgumentException("openclaw.mcp.public-url is '" + text
                    + "'; it has to be a URL such as https://gateway.example.com");
        }
        return withoutSlash(text);
    }

    private static String withoutSlash(String text) {
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    /** Tells whether a {@code Host} header names this gateway. */
    public boolean allowsHost(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = nameOf(host);
        return THIS_MACHINE.contains(name)
                || allowedHosts.stream().anyMatch(each -> each.equalsIgnoreCase(name) || each.equalsIgnoreCase(host))
                || (publicUrl != null && nameOf(authorityOf(publicUrl)).equals(name));
    }

    /**
     * Tells whether a page of an origin may use this gateway.
     *
     * @param host what the request's {@code Host} header says: a page that the same host served may
     */
    public boolean allowsOrigin(String origin, @Nullable String host) {
        String said = withoutDefaultPort(origin.toLowerCase(Locale.ROOT));
        if (allowedOrigins.contains(said)
                || (publicUrl != null && originOf(publicUrl).equals(said))) {
            return true;
        }
        // "null" is the origin of a page in a sandbox, or of a file: anybody's.
        String authority = said.contains("://") ? authorityOf(said) : "";
        return !authority.isEmpty()
                && !authority.contains("@")
                && (isHost(said, authority, host) || THIS_MACHINE.contains(nameOf(authority)));
    }

    private static boolean isHost(String origin, String authority, @Nullable String host) {
        if (host == null) {
            return false;
        }
        String scheme = origin.substring(0, origin.length() - authority.length());
        return origin.equals(withoutDefaultPort(scheme + host.toLowerCase(Locale.ROOT)));
    }

    /**
     * Returns the URL of the gateway for the sender of a request, without a slash at its end: the public one, or the one that
     * the request came to; empty, if its {@code Host} is a name that nobody gave to this gateway, which is not to be repeated.
     */
    public Optional<String> baseUrl(HttpServletRequest request) {
        if (publicUrl != null) {
            return Optional.of(publicUrl);
        }
        String name = request.getServerName();
        return allowsHost(name) || allowsHost(name + ":" + request.getServerPort()) || isLocal(name, request)
                ? Optional.of(
                        ServletUriComponentsBuilder.fromContextPath(request).toUriString())
                : Optional.empty();
    }

    /** An address that the connection came to is no name that somebody made up. */
    private static boolean isLocal(@Nullable String name, HttpServletRequest request) {
        return name != null && name.replaceAll("[\\[\\]]", "").equals(request.getLocalAddr());
    }

    private static String originOf(String url) {
        URI uri = URI.create(url);
        return withoutDefaultPort((uri.getScheme() + "://" + uri.getRawAuthority()).toLowerCase(Locale.ROOT));
    }

    private static String authorityOf(String url) {
        String rest = url.substring(url.indexOf("://") + 3);
        int end = rest.indexOf('/');
        return end < 0 ? rest : rest.substring(0, end);
    }

    private static String nameOf(String authority) {
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        return (end > 0 ? authority.substring(0, end) : authority).toLowerCase(Locale.ROOT);
    }
}
