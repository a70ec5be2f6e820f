package io.openclaw.gateway.approval.channel.slack;

import io.openclaw.gateway.approval.channel.core.Hmac;
import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.Tokens;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.common.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads what Slack posts when somebody presses a button: a form whose field {@code payload} is JSON of the type {@code block_actions},
 * signed as docs.slack.dev says in "Verifying requests from Slack" (version {@code v0}, at most five minutes old).
 */
public final class SlackInteractions {
    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final String VERSION = "v0";
    private static final int MAX_ID = 200;
    private static final int MAX_TOKEN = 256;

    private final byte[] signingSecret;
    private final Clock clock;

    /** @param signingSecret the app's signing secret */
    public SlackInteractions(String signingSecret, Clock clock) {
        this.signingSecret = signingSecret.getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
    }

    /**
     * Reads presses.
     *
     * @param body the bytes as they came
     * @param timestamp the header {@code X-Slack-Request-Timestamp}
     * @param signature the header {@code X-Slack-Signature}
     * @throws WrongSignatureException if Slack did not sign exactly these bytes, or did so more than five minutes ago
     * @throws IllegalArgumentException if there is no payload, or it is no JSON
     */
    public List<Press> read(byte[] body, @Nullable String timestamp, @Nullable String signature)
            throws WrongSignatureException {
        verify(body, timestamp, signature);
        JsonNode payload = payload(new String(body, StandardCharsets.UTF_8));
        List<Press> presses = new ArrayList<>();
        if (!payload.path("type").asString("").equals("block_actions")) {
            return presses;
        }
        String user = payload.path("user").path("id").asString("");
        String channel = payload.path("container")
                .path("channel_id")
                .asString(payload.path("channel").path("id").asString(""));
        String message = payload.path("container").path("message_ts").asString("");
        for (JsonNode action : payload.path("actions")) {
            String token = action.path("value").asString("");
            String id = channel + ":" + message + ":" + user + ":"
                    + action.path("action_ts").asString("");
            if (isText(user) && isText(id) && !token.isEmpty() && token.length() <= MAX_TOKEN) {
                presses.add(new Press(
                        SlackChannel.NAME,
                        id,
                        user,
                        Tokens.hash(token),
                        channel.isEmpty() || message.isEmpty()
                                ? null
                                : new SlackChannel.SentMessage(channel, message).receipt(),
                        null));
            }
        }
        return presses;
    }

    private void verify(byte[] body, @Nullable String timestamp, @Nullable String signature)
            throws WrongSignatureException {
        if (timestamp == null || !Hmac.isFresh(timestamp, clock.instant(), TOLERANCE)) {
            throw new WrongSignatureException(
                    "its X-Slack-Request-Timestamp is missing or not within five minutes of now");
        }
        byte[] said;
        try {
            said = HexFormat.of()
                    .parseHex(
                            signature != null && signature.startsWith(VERSION + "=")
                                    ? signature.substring(VERSION.length() + 1)
                                    : "");
        } catch (IllegalArgumentException e) {
            throw new WrongSignatureException("its X-Slack-Signature is not v0= and hexadecimal digits");
        }
        byte[] expected =
                Hmac.sha256(signingSecret, (VERSION + ":" + timestamp + ":").getBytes(StandardCharsets.UTF_8), body);
        if (!Hmac.same(expected, said)) {
            throw new WrongSignatureException("its X-Slack-Signature is not of the signing secret over these bytes");
        }
    }

    private static JsonNode payload(String form) {
        for (String field : form.split("&", -1)) {
            if (field.startsWith("payload=")) {
                try {
                    return Json.MAPPER.readTree(
                            URLDecoder.decode(field.substring("payload=".length()), StandardCharsets.UTF_8));
                } catch (JacksonException e) {
                    throw new IllegalArgumentException("the payload is no JSON: " + e.getOriginalMessage(), e);
                }
            }
        }
        throw new IllegalArgumentException("the form has no field 'payload'");
    }

    private static boolean isText(String text) {
        return !text.isEmpty() && text.length() <= MAX_ID && text.indexOf('\0') < 0;
    }
}
