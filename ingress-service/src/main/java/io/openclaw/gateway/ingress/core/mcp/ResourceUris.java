package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.policy.Glob;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whose a resource is. A client sees a URI as its upstream has it, unless an upstream before it has the same one: then it
 * is {@code openclaw://upstream/} and the whole URI, percent-encoded.
 */
public final class ResourceUris {
    private static final String SCHEME = "openclaw://";

    /** What an upstream that may be read has, in the order of the policy. */
    public record Offered(String upstream, Set<String> uris, List<String> templates) {}

    private final List<Offered> all;

    public ResourceUris(List<Offered> all) {
        this.all = List.copyOf(all);
    }

    /** A resource and whose it is. */
    public record Located(String upstream, String uri) {}

    /** Returns the URI under which clients see a resource, or a template of URIs. */
    public String exposed(String upstream, String uri) {
        for (Offered offered : all) {
            if (offered.upstream().equals(upstream)) {
                return uri;
            }
            if (offered.uris().contains(uri) || offered.templates().contains(uri)) {
                return SCHEME + upstream + "/" + URLEncoder.encode(uri, StandardCharsets.UTF_8);
            }
        }
        return uri;
    }

    /**
     * Returns whose resource a URI names; empty if that cannot be told.
     */
    public Optional<Located> locate(String uri) {
        if (uri.startsWith(SCHEME)) {
            int slash = uri.indexOf('/', SCHEME.length());
            if (slash > 0) {
                String upstream = uri.substring(SCHEME.length(), slash);
                if (all.stream().anyMatch(offered -> offered.upstream().equals(upstream))) {
                    return Optional.of(
                            new Located(upstream, URLDecoder.decode(uri.substring(slash + 1), StandardCharsets.UTF_8)));
                }
            }
        }
        for (Offered offered : all) {
            if (offered.uris().contains(uri)) {
                return Optional.of(new Located(offered.upstream(), uri));
            }
        }
        List<String> byTemplate = new ArrayList<>();
        for (Offered offered : all) {
            if (offered.templates().stream().anyMatch(template -> template.equals(uri) || matches(template, uri))) {
                byTemplate.add(offered.upstream());
            }
        }
        if (!byTemplate.isEmpty()) {
            return Optional.of(new Located(byTemplate.getFirst(), uri));
        }
        return all.size() == 1 ? Optional.of(new Located(all.getFirst().upstream(), uri)) : Optional.empty();
    }

    /** Tells whether a URI could have come of a template (RFC 6570): each expression stands for anything. */
    private static boolean matches(String template, String uri) {
        return new Glob(template.replace("*", "").replaceAll("\\{[^}]*}", "*")).matches(uri);
    }
}
