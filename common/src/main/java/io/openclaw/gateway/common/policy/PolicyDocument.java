package io.openclaw.gateway.common.policy;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy as its administrator wrote it. Ingress finds agents in it, policy decides by it, the executor learns from it
 * which tools may be retried.
 *
 * @param agents who may ask for anything at all
 * @param roles what may be asked for
 * @param upstreams what executes tools
 * @param defaults what holds for every agent, whatever its roles
 * @param results what happens to results that are not harmless
 */
public record PolicyDocument(
        List<Agent> agents, List<Role> roles, List<Upstream> upstreams, Defaults defaults, Results results) {

    public PolicyDocument {
        agents = listOf(agents);
        roles = listOf(roles);
        upstreams = listOf(upstreams);
        defaults = defaults == null ? new Defaults(List.of(), List.of(), List.of()) : defaults;
        results = results == null ? Results.FLAGGED : results;
    }

    /**
     * An agent.
     *
     * @param id its name in verdicts and in the record
     * @param keys the API keys that prove it
     * @param roles the ids of its roles
     */
    public record Agent(String id, List<Key> keys, List<String> roles) {
        public Agent {
            keys = listOf(keys);
            roles = listOf(roles);
        }
    }

    /**
     * An API key of an agent.
     *
     * @param sha256 the SHA-256 of the key, 64 hexadecimal digits
     * @param expires after which the key proves nothing; never, if absent
     */
    public record Key(String sha256, @Nullable Instant expires) {}

    /**
     * A role: patterns of {@code upstream/tool}, in which {@code *} stands for any characters but {@code /}.
     *
     * @param allow what may be called
     * @param deny what may not, whatever else allows it
     * @param escalate what may be called when a person says yes
     */
    public record Role(String id, List<String> allow, List<String> deny, List<String> escalate) {
        public Role {
            allow = listOf(allow);
            deny = listOf(deny);
            escalate = listOf(escalate);
        }
    }

    /**
     * What executes tools.
     *
     * @param name its name in tool addresses
     * @param readOnly names of tools that change nothing; {@code *} stands for any characters
     * @param idempotent names of tools that may be run twice to the same effect; {@code *} stands for any characters
     */
    public record Upstream(String name, List<String> readOnly, List<String> idempotent) {
        public Upstream {
            readOnly = listOf(readOnly);
            idempotent = listOf(idempotent);
        }
    }

    /** Patterns that hold for every agent; see {@link Role}. */
    public record Defaults(List<String> allow, List<String> deny, List<String> escalate) {
        public Defaults {
            allow = listOf(allow);
            deny = listOf(deny);
            escalate = listOf(escalate);
        }
    }

    /**
     * What happens to a result that is not harmless. In the record credentials are always masked.
     *
     * @param injection if it speaks to a model instead of telling it something
     * @param secrets if it holds credentials
     */
    public record Results(ResultHandling injection, ResultHandling secrets) {
        static final Results FLAGGED = new Results(ResultHandling.FLAG, ResultHandling.FLAG);

        public Results {
            injection = injection == null ? ResultHandling.FLAG : injection;
            secrets = secrets == null ? ResultHandling.FLAG : secrets;
        }
    }

    /** What happens to a result. */
    public enum ResultHandling {
        /** The agent gets it, and is told. */
        FLAG,
        /** The agent gets it without the dangerous parts. */
        MASK,
        /** The agent does not get it. */
        BLOCK
    }

    private static <T> List<T> listOf(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
