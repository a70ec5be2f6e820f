package io.openclaw.gateway.common.signing;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.ConversationEvent;
import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Signs and verifies the evidence that a call carries (HMAC-SHA256, RFC 2104).
 *
 * <p>Ingress seals the call. Each verdict is signed over itself, the digest and the link before it, the first link being
 * the seal; so a verdict can neither be changed, nor left out, nor moved to another call. Fields are length-prefixed, so no
 * two different lists of fields have the same bytes.
 */
public final class SignatureChain {
    private final StageKeys keys;

    public SignatureChain(StageKeys keys) {
        this.keys = keys;
    }

    /** Returns the call with ingress's seal. */
    public ToolCall seal(ToolCall call) {
        return call.sealed(sealOf(call));
    }

    /** Returns the verdicts with a further one, signed by its stage. */
    public List<Verdict> append(ToolCall call, List<Verdict> verdicts, Verdict verdict) {
        var all = new ArrayList<Verdict>(verdicts.size() + 1);
        all.addAll(verdicts);
        all.add(verdict.signed(linkOf(call, lastLink(call, verdicts), verdict)));
        return List.copyOf(all);
    }

    /**
     * Verifies the seal and every verdict.
     *
     * @return what is wrong, in one sentence; empty if nothing is
     */
    public Optional<String> verify(ToolCall call, List<Verdict> verdicts) {
        if (!same(sealOf(call), call.seal())) {
            return Optional.of("the call is not sealed by ingress");
        }
        String previous = call.seal();
        for (Verdict verdict : verdicts) {
            if (!same(linkOf(call, previous, verdict), verdict.signature())) {
                return Optional.of("the verdict of " + verdict.stage().label() + " is not signed by "
                        + verdict.stage().label() + " for this call");
            }
            previous = verdict.signature();
        }
        return Optional.empty();
    }

    /** Returns the end of a call with the signature of the stage that ended it. */
    public CallCompleted sign(CallCompleted completed) {
        return completed.signed(signatureOf(completed));
    }

    /** Tells whether the stage that claims to have ended the call did. */
    public boolean verifies(CallCompleted completed) {
        return same(signatureOf(completed), completed.signature());
    }

    /** Tells whether ingress asked for the call that is withdrawn. */
    public boolean verifies(CallWithdrawn withdrawn) {
        return verify(withdrawn.call(), List.of()).isEmpty();
    }

    /** Returns an event of policy with policy's signature, over the canonical JSON (RFC 8785) of everything else in it. */
    public PolicyEvent sign(PolicyEvent event) {
        return event.signed(signatureOf(event));
    }

    /** Tells whether an event of policy was signed by the policy stage. */
    public boolean verifies(PolicyEvent event) {
        return same(signatureOf(event), event.signature());
    }

    private String signatureOf(PolicyEvent event) {
        byte[] canonical = CanonicalJson.of(RawJson.from(event.signed(null)));
        return new Signing(Stage.POLICY)
                .add(EventType.of(event).shortName())
                .add(new String(canonical, StandardCharsets.UTF_8))
                .hex();
    }

    /** Returns what is said about a running call, with the signature of the stage that passes it on. */
    public ConversationEvent sign(ConversationEvent event) {
        return event.signed(signatureOf(event));
    }

    /** Tells whether the stage that passes it on did. */
    public boolean verifies(ConversationEvent event) {
        return same(signatureOf(event), event.signature());
    }

    private String signatureOf(ConversationEvent event) {
        ToolCall call = event.call();
        var signing = new Signing(event.signedBy())
                .add(EventType.of(event).shortName())
                .add(call.callId().toString())
                .add(call.agent())
                .add(call.digest());
        event.signedFields().forEach(signing::add);
        return signing.hex();
    }

    /** Returns a text that a client keeps for ingress, with ingress's signature before it. */
    public String keepsake(String text) {
        return signatureOf(text) + "." + text;
    }

    /** Returns the text of a keepsake; empty if ingress did not sign it. */
    public Optional<String> fromKeepsake(String keepsake) {
        int dot = keepsake.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        String text = keepsake.substring(dot + 1);
        return same(signatureOf(text), keepsake.substring(0, dot)) ? Optional.of(text) : Optional.empty();
    }

    private String signatureOf(String text) {
        return new Signing(Stage.INGRESS).add("keepsake").add(text).hex();
    }

    private String sealOf(ToolCall call) {
        return new Signing(Stage.INGRESS)
                .add("call")
                .add(call.callId().toString())
                .add(call.agent())
                .add(call.upstream())
                .add(call.tool())
                .add(call.digest())
                .add(call.origin().name())
                .add(call.mode().name())
                .add(call.requestedAt().toString())
                .add(call.deadline().toString())
                .add(call.parentCallId() == null ? null : call.parentCallId().toString())
                .add(call.intent())
                .add(call.context())
                .add(call.identity() == null ? null : RawJson.from(call.identity()))
                .add(Integer.toString(call.replyPartition()))
                .hex();
    }

    private String linkOf(ToolCall call, @Nullable String previous, Verdict verdict) {
        var signing = new Signing(verdict.stage())
                .add("verdict")
                .add(call.digest())
                .add(verdict.stage().name())
                .add(verdict.outcome().name())
                .add(verdict.decidedBy())
                .add(verdict.decidedAt().toString())
                .add(verdict.policyVersion());
        for (Reason reason : verdict.reasons()) {
            signing.add(reason.ruleId())
                    .add(reason.text())
                    .add(reason.severity().name());
        }
        signing.add(verdict.approval() == null ? null : RawJson.from(verdict.approval()));
        // Reasons are three fields each, so a verdict with extras has another number of fields than any without.
        extrasOf(verdict).ifPresent(signing::add);
        return signing.add(previous).hex();
    }

    /** Returns what a verdict says beside what every verdict says, as one field; empty if it says nothing more. */
    private static Optional<RawJson> extrasOf(Verdict verdict) {
        boolean mayBeSettled = Boolean.TRUE.equals(verdict.mayBeSettled());
        if (!mayBeSettled && verdict.reading() == null) {
            return Optional.empty();
        }
        Map<String, Object> extras = new TreeMap<>();
        extras.put("mayBeSettled", mayBeSettled);
        if (verdict.reading() != null) {
            extras.put("reading", verdict.reading());
        }
        return Optional.of(RawJson.from(extras));
    }

    private String signatureOf(CallCompleted completed) {
        var error = completed.error();
        var signing = new Signing(completed.completedBy());
        for (Reason finding : completed.findings()) {
            signing.add(finding.ruleId())
                    .add(finding.text())
                    .add(finding.severity().name());
        }
        return signing.add("completed")
                .add(completed.call().callId().toString())
                .add(completed.call().digest())
                .add(completed.outcome().name())
                .add(completed.completedBy().name())
                .add(completed.completedAt().toString())
                .add(completed.result())
                .add(error == null ? null : error.type())
                .add(error == null ? null : error.message())
                .add(lastLink(completed.call(), completed.verdicts()))
                .hex();
    }

    private static @Nullable String lastLink(ToolCall call, List<Verdict> verdicts) {
        return verdicts.isEmpty() ? call.seal() : verdicts.getLast().signature();
    }

    private static boolean same(String expected, @Nullable String actual) {
        return actual != null
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.US_ASCII), actual.getBytes(StandardCharsets.US_ASCII));
    }

    /** One HMAC over a list of fields, some of which may be absent. */
    private final class Signing {
        private final Mac mac;

        Signing(Stage stage) {
            mac = keys.mac(stage);
        }

        Signing add(@Nullable RawJson field) {
            return add(field == null ? null : field.text());
        }

        Signing add(@Nullable String field) {
            if (field == null) {
                mac.update(ByteBuffer.allocate(4).putInt(-1).flip());
                return this;
            }
            byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
            mac.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
            mac.update(bytes);
            return this;
        }

        String hex() {
            return HexFormat.of().formatHex(mac.doFinal());
        }
    }
}
