package io.openclaw.gateway.approval.core;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A person's yes to more than one call. It holds for one agent and tool, under the policy that was in force, for calls that
 * escalate for no other rules than the one it was given for; and never for a call with a {@code CRITICAL} finding.
 *
 * @param digest the one call that it is for; absent if some arguments are free
 * @param fixed by the name of an argument: the SHA-256 of its canonical JSON, which a call has to have
 * @param free the names of arguments that may have any value
 * @param context the SHA-256 of the context that reaches the upstream beside the arguments
 * @param rules the rules that may have escalated the call; absent for any, which an exact digest allows
 * @param policyVersion the policy's version
 * @param shown what people see of the fixed arguments, masked
 * @param maxUses how many calls it is good for; absent for any number within its time
 * @param fromCall the call that it was given for
 */
public record Grant(
        UUID id,
        String agent,
        String upstream,
        String tool,
        @Nullable String digest,
        Map<String, String> fixed,
        Set<String> free,
        String context,
        @Nullable Set<String> rules,
        @Nullable String policyVersion,
        RawJson shown,
        @Nullable Integer maxUses,
        int uses,
        String createdBy,
        Instant createdAt,
        Instant expiresAt,
        UUID fromCall,
        @Nullable Instant revokedAt,
        @Nullable String revokedBy) {
    /** The longest that a grant is good. */
    public static final Duration MAX_LIFE = Duration.ofHours(24);

    private static final String NO_CONTEXT = "";

    public Grant {
        fixed = Map.copyOf(fixed);
        free = Set.copyOf(free);
        rules = rules == null ? null : Set.copyOf(rules);
    }

    /**
     * Returns why a person cannot give a grant for a call, if that is so: one with a {@code CRITICAL} finding is approved once,
     * and one that several people have to approve is approved by them each time.
     */
    public static Optional<String> refusal(List<Reason> reasons, @Nullable Approval approval) {
        if (isCritical(reasons)) {
            return Optional.of("a call with a critical finding can be approved only once");
        }
        var terms = approval == null ? null : approval.terms();
        boolean several = terms != null
                && (terms.requirements().size() > 1
                        || terms.requirements().stream().anyMatch(each -> each.quorum() > 1)
                        || terms.notAlone() != null);
        return several
                ? Optional.of("several people have to approve this call, and so they have each time")
                : Optional.empty();
    }

    /**
     * Makes a grant.
     *
     * @param free the names of arguments that may have any value; with none, it is for the same call again
     * @param shown the call's arguments, masked
     * @throws IllegalArgumentException saying what is wrong
     */
    public static Grant of(
            CallEscalated escalated,
            Set<String> free,
            RawJson shown,
            Duration life,
            @Nullable Integer maxUses,
            String person,
            Instant now) {
        ToolCall call = escalated.call();
        if (life.isNegative() || life.isZero() || life.compareTo(MAX_LIFE) > 0) {
            throw new IllegalArgumentException("a grant is good for up to " + MAX_LIFE.toHours() + " hours");
        }
        if (maxUses != null && (maxUses < 1 || maxUses > 10_000)) {
            throw new IllegalArgumentException("a grant is good for 1 to 10000 calls");
        }
        Map<String, String> all = hashes(call.arguments());
        Set<String> unknown = new TreeSet<>(free);
        unknown.removeAll(all.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("the call has no arguments " + unknown + "; it has " + all.keySet());
        }
        Map<String, String> fixed = new TreeMap<>(all);
        fixed.keySet().removeAll(free);
        return new Grant(
                UUID.randomUUID(),
                call.agent(),
                call.upstream(),
                call.tool(),
                free.isEmpty() ? call.digest() : null,
                fixed,
                free,
                contextOf(call),
                rulesOf(reasonsOf(escalated.verdicts())),
                policyOf(escalated.verdicts()),
                shown,
                maxUses,
                0,
                person,
                now,
                now.plus(life),
                call.callId(),
                null,
                null);
    }

    /**
     * Makes the grant by which an agent may ask once for a call with the arguments that a person changed; policy and vetting
     * decide about that call anew.
     */
    public static Grant edited(
            CallEscalated escalated, RawJson arguments, RawJson shown, Duration life, String person, Instant now) {
        ToolCall call = escalated.call();
        return new Grant(
                UUID.randomUUID(),
                call.agent(),
                call.upstream(),
                call.tool(),
                Digest.of(call.agent(), call.upstream(), call.tool(), arguments, call.context()),
                hashes(arguments),
                Set.of(),
                contextOf(call),
                null,
                policyOf(escalated.verdicts()),
                shown,
                1,
                0,
                person,
                now,
                now.plus(life),
                call.callId(),
                null,
                null);
    }

    /** Tells whether it can be used at a moment, as far as it knows. */
    public boolean isGoodAt(Instant now) {
        return revokedAt == null && expiresAt.isAfter(now) && (maxUses == null || uses < maxUses);
    }

    /** Tells whether it covers an escalated call. */
    public boolean covers(CallEscalated escalated, Instant now) {
        ToolCall call = escalated.call();
        List<Reason> reasons = reasonsOf(escalated.verdicts());
        return isGoodAt(now)
                && agent.equals(call.agent())
                && upstream.equals(call.upstream())
                && tool.equals(call.tool())
                && context.equals(contextOf(call))
                && Objects.equals(policyVersion, policyOf(escalated.verdicts()))
                && !isCritical(reasons)
                && (rules == null || rules.containsAll(rulesOf(reasons)))
                && escalated.verdicts().stream()
                        .map(Verdict::approval)
                        .filter(Objects::nonNull)
                        .noneMatch(terms -> terms.requirements().size() > 1
                                || terms.requirements().stream().anyMatch(each -> each.quorum() > 1)
                                || terms.notAlone() != null)
                && (digest != null ? digest.equals(call.digest()) : fits(hashes(call.arguments())));
    }

    private boolean fits(Map<String, String> arguments) {
        Set<String> expected = new TreeSet<>(fixed.keySet());
        expected.addAll(free);
        return arguments.keySet().equals(expected)
                && fixed.entrySet().stream().allMatch(entry -> entry.getValue().equals(arguments.get(entry.getKey())));
    }

    /**
     * Tells whether a grant with some arguments free would have covered a past call, as far as its masked arguments tell.
     *
     * @param model the arguments of the call that the grant is given for, masked
     */
    public static boolean wouldCover(RawJson model, Set<String> free, RawJson past) {
        Map<String, String> wanted = hashes(model);
        Map<String, String> had = hashes(past);
        return wanted.keySet().equals(had.keySet())
                && wanted.entrySet().stream()
                        .filter(entry -> !free.contains(entry.getKey()))
                        .allMatch(entry -> entry.getValue().equals(had.get(entry.getKey())));
    }

    /** Returns what it covers, in words. */
    public String words() {
        return digest != null
                ? "this call, exactly"
                : fixed.isEmpty()
                        ? "any arguments of " + upstream + "/" + tool
                        : "with " + String.join(", ", new TreeSet<>(fixed.keySet())) + " fixed, and any "
                                + String.join(", ", new TreeSet<>(free));
    }

    /** Returns the first digits of its id, by which people tell it from others. */
    public String number() {
        return id.toString().substring(0, 8);
    }

    static List<Reason> reasonsOf(List<Verdict> verdicts) {
        return verdicts.stream()
                .filter(verdict -> verdict.outcome() != Decision.ALLOW)
                .flatMap(verdict -> verdict.reasons().stream())
                .toList();
    }

    private static boolean isCritical(List<Reason> reasons) {
        return reasons.stream().anyMatch(reason -> reason.severity() == Severity.CRITICAL);
    }

    private static Set<String> rulesOf(List<Reason> reasons) {
        return reasons.stream().map(Reason::ruleId).collect(Collectors.toUnmodifiableSet());
    }

    private static @Nullable String policyOf(List<Verdict> verdicts) {
        return verdicts.stream()
                .filter(verdict -> verdict.stage() == Stage.POLICY)
                .map(Verdict::policyVersion)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static String contextOf(ToolCall call) {
        RawJson decided = CallContext.decided(call.context());
        return decided == null ? NO_CONTEXT : Digest.sha256Hex(CanonicalJson.of(decided));
    }

    private static Map<String, String> hashes(@Nullable RawJson arguments) {
        Map<String, String> hashes = new TreeMap<>();
        if (arguments != null) {
            arguments
                    .as(JsonNode.class)
                    .properties()
                    .forEach(field -> hashes.put(
                            field.getKey(), Digest.sha256Hex(CanonicalJson.of(RawJson.from(field.getValue())))));
        }
        return hashes;
    }
}
