package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.policy.Glob;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tool's behaviour: as the policy says, else as its accepted definition says, else as the more dangerous. */
final class KnownTool {
    private final UpstreamTraits upstream;
    private final String name;
    private final ToolDefinition.Annotations annotations;

    KnownTool(UpstreamTraits upstream, String name, @Nullable ToolDefinition definition) {
        this.upstream = upstream;
        this.name = name;
        this.annotations = definition == null ? ToolDefinition.Annotations.NONE : definition.behaviour();
    }

    /** What a policy says of the tools of one upstream. */
    record UpstreamTraits(
            Map<String, String> labels, List<Glob> readOnly, List<Glob> idempotent, List<Glob> destructive) {
        static UpstreamTraits of(PolicyDocument.Upstream upstream) {
            return new UpstreamTraits(
                    upstream.labels(),
                    globs(upstream.readOnly()),
                    globs(upstream.idempotent()),
                    globs(upstream.destructive()));
        }

        private static List<Glob> globs(List<String> patterns) {
            return patterns.stream().map(Glob::new).toList();
        }
    }

    Map<String, String> labels() {
        return upstream.labels();
    }

    boolean isReadOnly() {
        return matches(upstream.readOnly()) || (!matches(upstream.destructive()) && annotations.isReadOnly());
    }

    boolean isDestructive() {
        return matches(upstream.destructive()) || (!isReadOnly() && annotations.isDestructive());
    }

    boolean isIdempotent() {
        return isReadOnly() || matches(upstream.idempotent()) || annotations.isIdempotent();
    }

    boolean isOpenWorld() {
        return annotations.isOpenWorld();
    }

    private boolean matches(List<Glob> globs) {
        for (Glob glob : globs) {
            if (glob.matches(name)) {
                return true;
            }
        }
        return false;
    }
}
