package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyDocument.Mcp;
import io.openclaw.gateway.common.policy.PolicyDocument.OAuth;
import io.openclaw.gateway.common.policy.PolicyDocument.OpenClaw;
import io.openclaw.gateway.common.policy.PolicyDocument.Stdio;
import io.openclaw.gateway.common.policy.Secrets;
import io.openclaw.gateway.common.text.Durations;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an upstream of a policy has to be, before an executor is asked to reach it. */
final class UpstreamCheck {
    /** Upstreams whose tools are the gateway's own. */
    static final Set<String> RESERVED = Set.of("gateway");

    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int LEAST_MEMORY = 16;
    private static final int MOST_CONCURRENCY = 10_000;

    private final Consumer<String> problem;

    private UpstreamCheck(Consumer<String> problem) {
        this.problem = problem;
    }

    /** Tells everything that is wrong with an upstream. */
    static void check(PolicyDocument.Upstream upstream, Consumer<String> problem) {
        var check = new UpstreamCheck(problem);
        if (RESERVED.contains(upstream.name())) {
            problem.accept("'" + upstream.name() + "' is the gateway's own name; call the upstream something else");
        }
        long kinds = Stream.of(upstream.openclaw(), upstream.mcp(), upstream.stdio())
                .filter(Objects::nonNull)
                .count();
        if (kinds > 1) {
            problem.accept("it is either openclaw, or mcp, or stdio, not several of them");
        }
        if (upstream.timeout() != null) {
            check.duration(upstream.timeout());
        }
        if (upstream.concurrency() != null
                && (upstream.concurrency() < 1 || upstream.concurrency() > MOST_CONCURRENCY)) {
            problem.accept("concurrency is " + upstream.concurrency() + "; it may be 1 to " + MOST_CONCURRENCY);
        }
        for (String name : upstream.passMeta()) {
            if (name.startsWith("io.modelcontextprotocol/") || name.equals("progressToken")) {
                problem.accept("passMeta names " + name + ", which the gateway writes itself; leave it out");
            }
        }
        if (upstream.openclaw() != null) {
            check.openclaw(upstream.openclaw());
        }
        if (upstream.mcp() != null) {
            check.mcp(upstream.mcp());
        }
        if (upstream.stdio() != null) {
            check.stdio(upstream.stdio());
        }
    }

    private void openclaw(OpenClaw openclaw) {
        url("openclaw.url", openclaw.url());
        secrets("openclaw.token", openclaw.token());
    }

    private void mcp(Mcp mcp) {
        if (mcp.urls().isEmpty()) {
            problem.accept("mcp.urls is empty; name the server's endpoint, such as https://example.com/mcp");
        }
        mcp.urls().forEach(url -> url("mcp.urls", url));
        mcp.headers().forEach((name, value) -> {
            if (!HEADER.matcher(name).matches()) {
                problem.accept("mcp.headers: '" + name + "' is no name of a header (RFC 9110)");
            }
            secrets("mcp.headers/" + name, value);
        });
        OAuth oauth = mcp.oauth();
        if (oauth != null) {
            url("mcp.oauth.tokenUrl", oauth.tokenUrl());
            if (oauth.clientId() == null || oauth.clientSecret() == null) {
                problem.accept("mcp.oauth needs a clientId and a clientSecret");
            }
            secrets("mcp.oauth.clientId", oauth.clientId());
            secrets("mcp.oauth.clientSecret", oauth.clientSecret());
        }
    }

    private void stdio(Stdio stdio) {
        if (stdio.command() == null || stdio.command().isBlank()) {
            problem.accept("stdio.command is missing: the program that is the server");
        }
        if (stdio.memoryMb() != null && stdio.memoryMb() < LEAST_MEMORY) {
            problem.accept("stdio.memoryMb is " + stdio.memoryMb() + "; it is in MiB, and at least " + LEAST_MEMORY);
        }
        secrets("stdio.args", stdio.args());
        stdio.env().forEach((name, value) -> {
            if (!VARIABLE.matcher(name).matches()) {
                problem.accept("stdio.env: '" + name + "' is no name of a variable");
            }
            secrets("stdio.env/" + name, value);
        });
    }

    private void duration(String text) {
        if (Durations.read(text).isEmpty()) {
            problem.accept("timeout is '" + text + "'; it is a number and a unit, such as 60s or 5m");
        }
    }

    private void url(String where, @Nullable String url) {
        try {
            URI uri = url == null ? null : new URI(url);
            if (uri == null
                    || uri.getHost() == null
                    || uri.getUserInfo() != null
                    || !Set.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
                problem.accept(where + " is '" + url + "'; it has to be a URL such as https://example.com/mcp");
            }
        } catch (URISyntaxException e) {
            problem.accept(where + " is '" + url + "', which is no URL: " + e.getReason());
        }
    }

    private void secrets(String where, Collection<String> texts) {
        texts.forEach(text -> secrets(where, text));
    }

    private void secrets(String where, @Nullable String text) {
        if (text != null) {
            Secrets.problemWith(text).ifPresent(why -> problem.accept(where + ": " + why));
        }
    }
}
