package io.openclaw.gateway.approval.channel;

import io.openclaw.gateway.approval.channel.core.Hmac;
import io.openclaw.gateway.common.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** Stands in for Slack's Web API: the two methods with their limits and errors, and interactions as Slack signs them. */
final class SlackDouble extends VendorDouble {
    static final String TOKEN = "xoxb-test";
    static final String SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger pressed = new AtomicInteger();

    static Answer error(String error) {
        return Answer.of(200, Map.of("ok", false, "error", error));
    }

    @Override
    protected boolean isTaken(Answer answer) {
        return answer.body().contains("\"ok\":true");
    }

    @Override
    protected Answer answer(Request request) {
        if (!("Bearer " + TOKEN).equals(request.headers().get("authorization"))) {
            return error("invalid_auth");
        }
        JsonNode message = request.body();
        if (message.path("channel").asString("").isEmpty()) {
            return error("channel_not_found");
        }
        if (!isWithinLimits(message.path("blocks"))) {
            return error("invalid_blocks");
        }
        return switch (request.path()) {
            case "/chat.postMessage" ->
                Answer.of(
                        200,
                        Map.of(
                                "ok", true,
                                "channel", "D" + message.path("channel").asString(""),
                                "ts", "1764237600.00000" + sent.incrementAndGet()));
            case "/chat.update" ->
                message.path("ts").asString("").isEmpty()
                        ? error("message_not_found")
                        : Answer.of(
                                200, Map.of("ok", true, "ts", message.path("ts").asString("")));
            default -> error("unknown_method");
        };
    }

    private static boolean isWithinLimits(JsonNode blocks) {
        for (JsonNode block : blocks) {
            int max = block.path("type").asString("").equals("header") ? 150 : 3_000;
            if (codePoints(block.path("text").path("text").asString("")) > max) {
                return false;
            }
            for (JsonNode element : block.path("elements")) {
                if (codePoints(element.path("text").path("text").asString("")) > 75
                        || element.path("value").asString("").length() > 2_000) {
                    return false;
                }
            }
        }
        return !blocks.isEmpty() && blocks.size() <= 50;
    }

    /** A form as Slack posts it. */
    record Interaction(String body, String timestamp, String signature) {
        byte[] bytes() {
            return body.getBytes(StandardCharsets.UTF_8);
        }
    }

    Interaction press(String user, String token, Instant at) {
        return press(user, token, at, "1764237600.00" + pressed.incrementAndGet());
    }

    static Interaction press(String user, String token, Instant at, String actionTimestamp) {
        String payload = Json.MAPPER.writeValueAsString(Map.of(
                "type",
                "block_actions",
                "user",
                Map.of("id", user),
                "container",
                Map.of("type", "message", "message_ts", "1764237600.000001", "channel_id", "D" + user),
                "actions",
                List.of(Map.of(
                        "type", "button", "action_id", "approve", "value", token, "action_ts", actionTimestamp))));
        return signed("payload=" + URLEncoder.encode(payload, StandardCharsets.UTF_8), at);
    }

    static Interaction signed(String form, Instant at) {
        byte[] body = form.getBytes(StandardCharsets.UTF_8);
        String timestamp = Long.toString(at.getEpochSecond());
        byte[] code = Hmac.sha256(
                SECRET.getBytes(StandardCharsets.UTF_8),
                ("v0:" + timestamp + ":").getBytes(StandardCharsets.UTF_8),
                body);
        return new Interaction(form, timestamp, "v0=" + HexFormat.of().formatHex(code));
    }

    static String token(JsonNode message, String action) {
        for (JsonNode block : message.path("blocks")) {
            for (JsonNode element : block.path("elements")) {
                if (element.path("action_id").asString("").equals(action)) {
                    return element.path("value").asString("");
                }
            }
        }
        return "";
    }
}
