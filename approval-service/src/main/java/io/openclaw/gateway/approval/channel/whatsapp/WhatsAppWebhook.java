package io.openclaw.gateway.approval.channel.whatsapp;

import io.openclaw.gateway.approval.channel.core.DeliveryStatus;
import io.openclaw.gateway.approval.channel.core.Hmac;
import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.Tokens;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.common.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads what WhatsApp's Cloud API delivers: presses of buttons, other messages, and what became of ours. */
public final class WhatsAppWebhook {
    private static final String PREFIX = "sha256=";
    private static final int MAX_ID = 256;

    private final byte[] appSecret;
    private final byte[] verifyToken;
    private final String phoneNumberId;

    /**
     * @param appSecret the secret of the Meta app, which signs
     * @param verifyToken what was typed at Meta when the webhook was set up
     * @param phoneNumberId the id of the number that is written to; what was for another number is left alone
     */
    public WhatsAppWebhook(String appSecret, String verifyToken, String phoneNumberId) {
        this.appSecret = appSecret.getBytes(StandardCharsets.UTF_8);
        this.verifyToken = verifyToken.getBytes(StandardCharsets.UTF_8);
        this.phoneNumberId = phoneNumberId;
    }

    /**
     * What was delivered.
     *
     * @param writers the senders of messages that are no presses
     */
    public record Delivered(List<Press> presses, List<String> writers, List<Status> statuses) {
        public Delivered {
            presses = List.copyOf(presses);
            writers = List.copyOf(writers);
            statuses = List.copyOf(statuses);
        }
    }

    /**
     * What became of one of our messages.
     *
     * @param problem what was wrong, if it failed
     * @param isOutside whether it failed because the person wrote nothing within 24 hours
     */
    public record Status(
            String receipt, DeliveryStatus status, @Nullable String problem, boolean isOutside) {}

    /** Tells whether Meta's check of the webhook is for us: then its challenge is to be answered. */
    public boolean isOurs(@Nullable String mode, @Nullable String token) {
        return "subscribe".equals(mode)
                && token != null
                && Hmac.same(verifyToken, token.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads what was delivered.
     *
     * @param body the bytes as they came
     * @param signature the header {@code X-Hub-Signature-256}
     * @throws WrongSignatureException if the app's secret did not sign exactly these bytes
     * @throws IllegalArgumentException if they are no JSON
     */
    public Delivered read(byte[] body, @Nullable String signature) throws WrongSignatureException {
        verify(body, signature);
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the body is no JSON: " + e.getOriginalMessage(), e);
        }
        List<Press> presses = new ArrayList<>();
        List<String> writers = new ArrayList<>();
        List<Status> statuses = new ArrayList<>();
        for (JsonNode entry : root.path("entry")) {
            for (JsonNode change : entry.path("changes")) {
                JsonNode value = change.path("value");
                if (change.path("field").asString("").equals("messages")
                        && value.path("metadata")
                                .path("phone_number_id")
                                .asString("")
                                .equals(phoneNumberId)) {
                    value.path("messages").forEach(message -> {
                        Optional<Press> press = press(message);
                        press.ifPresent(presses::add);
                        String from = message.path("from").asString("");
                        if (press.isEmpty() && isId(from)) {
                            writers.add(from);
                        }
                    });
                    value.path("statuses").forEach(status -> status(status).ifPresent(statuses::add));
                }
            }
        }
        return new Delivered(presses, writers, statuses);
    }

    private void verify(byte[] body, @Nullable String signature) throws WrongSignatureException {
        if (signature == null) {
            throw new WrongSignatureException("it has no X-Hub-Signature-256");
        }
        byte[] said;
        try {
            said = HexFormat.of().parseHex(signature.startsWith(PREFIX) ? signature.substring(PREFIX.length()) : "");
        } catch (IllegalArgumentException e) {
            throw new WrongSignatureException("its X-Hub-Signature-256 is not sha256= and hexadecimal digits");
        }
        if (!Hmac.same(Hmac.sha256(appSecret, body), said)) {
            throw new WrongSignatureException("its X-Hub-Signature-256 is not of the app's secret over these bytes");
        }
    }

    /** A press is a button reply on a message with buttons, or a quick reply on a template. */
    private static Optional<Press> press(JsonNode message) {
        String token = switch (message.path("type").asString("")) {
            case "interactive" ->
                message.path("interactive").path("button_reply").path("id").asString("");
            case "button" -> message.path("button").path("payload").asString("");
            default -> "";
        };
        String id = message.path("id").asString("");
        String from = message.path("from").asString("");
        String context = message.path("context").path("id").asString("");
        return token.isEmpty() || token.length() > MAX_ID || !isId(id) || !isId(from)
                ? Optional.empty()
                : Optional.of(new Press(
                        WhatsAppChannel.NAME, id, from, Tokens.hash(token), isId(context) ? context : null, null));
    }

    private static Optional<Status> status(JsonNode status) {
        String receipt = status.path("id").asString("");
        DeliveryStatus known = switch (status.path("status").asString("")) {
            case "sent" -> DeliveryStatus.SENT;
            case "delivered" -> DeliveryStatus.DELIVERED;
            case "read" -> DeliveryStatus.READ;
            case "failed" -> DeliveryStatus.FAILED;
            default -> null;
        };
        if (known == null || !isId(receipt)) {
            return Optional.empty();
        }
        JsonNode error = status.path("errors").path(0);
        return Optional.of(new Status(
                receipt,
                known,
                known == DeliveryStatus.FAILED ? "WhatsApp: " + WhatsAppChannel.error(error) : null,
                error.path("code").asInt(0) == WhatsAppChannel.OUTSIDE_WINDOW));
    }

    private static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= MAX_ID && text.indexOf('\0') < 0;
    }
}
