package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.SignatureChain;
import java.util.List;
import java.util.Optional;

/** Checks that everybody who has to allow a call did, for exactly this call. Topics are not trusted. */
public final class Evidence {
    private final SignatureChain chain;

    public Evidence(SignatureChain chain) {
        this.chain = chain;
    }

    /** Why a call is not run. */
    public record Refusal(Outcome outcome, CallError error) {
        static Refusal denied(String problem) {
            return new Refusal(
                    Outcome.DENIED,
                    CallError.of("untrusted", "The executor refused to run this call: " + problem + "."));
        }
    }

    /** Returns why a call may not run at any time; empty if it may. When it may is looked at in {@link ClaimedCall}. */
    public Optional<Refusal> check(Signed<CallCleared> signed) {
        CallCleared cleared = signed.event();
        ToolCall call = cleared.call();
        return chain.verify(call, cleared.verdicts())
                .or(() -> wrongDigest(call))
                .or(() -> missingVerdict(cleared.verdicts()))
                .or(() -> runElsewhere(call))
                .map(Refusal::denied);
    }

    private static Optional<String> wrongDigest(ToolCall call) {
        RawJson arguments = call.arguments();
        if (arguments == null) {
            return Optional.of("it has no arguments");
        }
        try {
            String digest = Digest.of(call.agent(), call.upstream(), call.tool(), arguments, call.context());
            return digest.equals(call.digest()) || isOfAnOlderIngress(call, arguments)
                    ? Optional.empty()
                    : Optional.of("its arguments and context are not those that were approved");
        } catch (InexactJsonException e) {
            return Optional.of("its arguments and context are not those that were approved");
        }
    }

    /**
     * Calls that were under way when their gateway was updated have a digest without the context, which only the seal covers.
     * Ingress makes no such digest any more; a call lives for a day at most. To be removed with the next release.
     */
    private static boolean isOfAnOlderIngress(ToolCall call, RawJson arguments) {
        return Digest.of(call.agent(), call.upstream(), call.tool(), arguments).equals(call.digest());
    }

    private static Optional<String> missingVerdict(List<Verdict> verdicts) {
        List<Stage> stages = verdicts.stream().map(Verdict::stage).toList();
        boolean escalated = verdicts.stream()
                .anyMatch(verdict -> verdict.stage() != Stage.APPROVAL && verdict.outcome() == Decision.ESCALATE);
        List<Stage> needed =
                escalated ? List.of(Stage.POLICY, Stage.VETTING, Stage.APPROVAL) : List.of(Stage.POLICY, Stage.VETTING);
        if (!stages.equals(needed)) {
            return Optional.of("it has the verdicts of " + stages + " and needs those of " + needed);
        }
        if (verdicts.stream().anyMatch(verdict -> verdict.outcome() == Decision.DENY)) {
            return Optional.of("it was denied");
        }
        return escalated && verdicts.getLast().outcome() != Decision.ALLOW
                ? Optional.of("nobody approved it")
                : Optional.empty();
    }

    private static Optional<String> runElsewhere(ToolCall call) {
        return call.mode() == Mode.EXECUTE
                ? Optional.empty()
                : Optional.of("its mode is " + call.mode() + ", so somebody else runs it");
    }
}
