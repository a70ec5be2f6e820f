package io.openclaw.gateway.approval.channel;

import io.openclaw.gateway.approval.channel.core.Hmac;
import io.openclaw.gateway.common.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** Stands in for WhatsApp's Cloud API: messages with its limits and errors, and the webhook as Meta signs it. */
final class GraphDouble extends VendorDouble {
    static final String TOKEN = "EAAG-test";
    static final String PHONE = "106540352242922";
    static final String SECRET = "app-secret";
    static final String VERIFY = "verify-me";

    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger received = new AtomicInteger();
    private final Set<String> outside = ConcurrentHashMap.newKeySet();

    /** Lets somebody have written nothing for a day: only templates reach such a person. */
    void outside(String number) {
        outside.add(number);
    }

    static Answer error(int status, int code, String message) {
        return Answer.of(
                status,
                Map.of(
                        "error",
                        Map.of("message", message, "type", "OAuthException", "code", code, "fbtrace_id", "A1")));
    }

    @Override
    protected Answer answer(Request request) {
        if (!request.path().equals("/v24.0/" + PHONE + "/messages")) {
            return error(404, 100, "Unknown path components");
        }
        if (!("Bearer " + TOKEN).equals(request.headers().get("authorization"))) {
            return error(401, 190, "Error validating access token");
        }
        JsonNode message = request.body();
        String type = message.path("type").asString("");
        if (outside.contains(message.path("to").asString("")) && !type.equals("template")) {
            return error(400, 131_047, "Re-engagement message");
        }
        String wrong = !message.path("messaging_product").asString("").equals("whatsapp")
                ? "messaging_product"
                : switch (type) {
                    case "interactive" -> wrongButtons(message.path("interactive"));
                    case "template" -> wrongTemplate(message.path("template"));
                    case "text" ->
                        codePoints(message.path("text").path("body").asString("")) > 4_096 ? "text.body" : "";
                    default -> "type";
                };
        return wrong.isEmpty()
                ? Answer.of(
                        200,
                        Map.of(
                                "messaging_product",
                                "whatsapp",
                                "messages",
                                List.of(Map.of("id", "wamid.out." + sent.incrementAndGet()))))
                : error(400, 100, "Invalid parameter " + wrong);
    }

    private static String wrongButtons(JsonNode interactive) {
        JsonNode buttons = interactive.path("action").path("buttons");
        if (codePoints(interactive.path("body").path("text").asString("")) > 1_024) {
            return "body";
        }
        if (codePoints(interactive.path("header").path("text").asString("")) > 60
                || codePoints(interactive.path("footer").path("text").asString("")) > 60) {
            return "header or footer";
        }
        if (buttons.isEmpty() || buttons.size() > 3) {
            return "buttons";
        }
        for (JsonNode button : buttons) {
            JsonNode reply = button.path("reply");
            if (!button.path("type").asString("").equals("reply")
                    || codePoints(reply.path("title").asString("")) > 20
                    || reply.path("id").asString("").isEmpty()
                    || codePoints(reply.path("id").asString("")) > 256) {
                return "button";
            }
        }
        return "";
    }

    private static String wrongTemplate(JsonNode template) {
        if (template.path("name").asString("").isEmpty()
                || template.path("language").path("code").asString("").isEmpty()) {
            return "template";
        }
        for (JsonNode component : template.path("components")) {
            for (JsonNode parameter : component.path("parameters")) {
                String text = parameter.path("text").asString("");
                if (text.contains("\n") || text.contains("\t") || text.contains("     ")) {
                    return "parameter";
                }
            }
        }
        return "";
    }

    /** A delivery as Meta makes it. */
    record Delivery(String body, String signature) {
        byte[] bytes() {
            return body.getBytes(StandardCharsets.UTF_8);
        }
    }

    static Delivery signed(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new Delivery(
                body,
                "sha256=" + HexFormat.of().formatHex(Hmac.sha256(SECRET.getBytes(StandardCharsets.UTF_8), bytes)));
    }

    private static Delivery delivery(String kind, Map<String, Object> item) {
        return signed(Json.MAPPER.writeValueAsString(Map.of(
                "object",
                "whatsapp_business_account",
                "entry",
                List.of(Map.of(
                        "id",
                        "1",
                        "changes",
                        List.of(Map.of(
                                "field",
                                "messages",
                                "value",
                                Map.of(
                                        "messaging_product",
                                        "whatsapp",
                                        "metadata",
                                        Map.of("phone_number_id", PHONE),
                                        kind,
                                        List.of(item)))))))));
    }

    /** Returns the press of a button, as a new message of a person. */
    Delivery press(String from, String token) {
        return press("wamid.in." + received.incrementAndGet(), from, token);
    }

    static Delivery press(String id, String from, String token) {
        return delivery(
                "messages",
                Map.of(
                        "from",
                        from,
                        "id",
                        id,
                        "timestamp",
                        "1764237600",
                        "type",
                        "interactive",
                        "context",
                        Map.of("id", "wamid.out.1"),
                        "interactive",
                        Map.of("type", "button_reply", "button_reply", Map.of("id", token, "title", "Approve"))));
    }

    /** Returns the press of a template's button. */
    static Delivery pressOnTemplate(String id, String from, String payload) {
        return delivery(
                "messages",
                Map.of(
                        "from",
                        from,
                        "id",
                        id,
                        "timestamp",
                        "1764237600",
                        "type",
                        "button",
                        "button",
                        Map.of("payload", payload, "text", "Approve")));
    }

    static Delivery text(String id, String from) {
        return delivery(
                "messages",
                Map.of(
                        "from",
                        from,
                        "id",
                        id,
                        "timestamp",
                        "1764237600",
                        "type",
                        "text",
                        "text",
                        Map.of("body", "hello")));
    }

    static Delivery status(String receipt, String status, int error) {
        return status(receipt, status, error, "Message failed");
    }

    static Delivery status(String receipt, String status, int error, String title) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("id", receipt);
        item.put("status", status);
        item.put("timestamp", "1764237600");
        if (error != 0) {
            item.put("errors", List.of(Map.of("code", error, "title", title)));
        }
        return delivery("statuses", item);
    }

    /** Returns the token of a button of a message, interactive or template. */
    static String token(JsonNode message, String title) {
        for (JsonNode button : message.path("interactive").path("action").path("buttons")) {
            if (button.path("reply").path("title").asString("").equals(title)) {
                return button.path("reply").path("id").asString("");
            }
        }
        String index = Integer.toString(List.of("Approve", "Deny", "Details").indexOf(title));
        for (JsonNode component : message.path("template").path("components")) {
            if (component.path("index").asString("").equals(index)) {
                return component.path("parameters").path(0).path("payload").asString("");
            }
        }
        return "";
    }
}
