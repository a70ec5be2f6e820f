package io.openclaw.gateway.approval.channel;

import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.approval.channel.webhook.WebhookDecisions;
import io.openclaw.gateway.approval.channel.webhook.WebhookSignature;
import io.openclaw.gateway.common.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/** Stands in for a program behind the webhook: it takes what is signed, and signs decisions. */
final class ProgramDouble extends VendorDouble {
    static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final WebhookSignature SIGNATURE = new WebhookSignature(SECRET);

    @Override
    protected Answer answer(Request request) {
        Map<String, String> headers = request.headers();
        try {
            long at = Long.parseLong(headers.getOrDefault(WebhookSignature.TIMESTAMP, "0"));
            SIGNATURE.verify(
                    headers.get(WebhookSignature.ID),
                    headers.get(WebhookSignature.TIMESTAMP),
                    headers.get(WebhookSignature.SIGNATURE),
                    request.raw().getBytes(StandardCharsets.UTF_8),
                    Instant.ofEpochSecond(at));
        } catch (WrongSignatureException e) {
            return Answer.of(401, Map.of("error", String.valueOf(e.getMessage())));
        }
        return request.body().path("id").asString("").equals(headers.get(WebhookSignature.ID))
                ? Answer.of(200, Map.of())
                : Answer.of(400, Map.of("error", "id"));
    }

    /** A decision as a program posts it. */
    record Decision(String body, Map<String, String> headers) {
        byte[] bytes() {
            return body.getBytes(StandardCharsets.UTF_8);
        }
    }

    static Decision decision(String id, String approver, String token, Instant at) {
        return signed(
                id,
                Json.MAPPER.writeValueAsString(Map.of(
                        "specversion",
                        "1.0",
                        "id",
                        id,
                        "source",
                        "/program",
                        "type",
                        WebhookDecisions.TYPE,
                        "data",
                        Map.of("token", token, "approver", approver, "reason", "seen it"))),
                at);
    }

    static Decision signed(String id, String body, Instant at) {
        return new Decision(
                body,
                Map.of(
                        WebhookSignature.ID, id,
                        WebhookSignature.TIMESTAMP, Long.toString(at.getEpochSecond()),
                        WebhookSignature.SIGNATURE, SIGNATURE.sign(id, at, body.getBytes(StandardCharsets.UTF_8))));
    }
}
