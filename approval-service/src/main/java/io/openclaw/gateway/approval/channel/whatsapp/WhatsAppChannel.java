package io.openclaw.gateway.approval.channel.whatsapp;

import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.PlainText;
import io.openclaw.gateway.approval.channel.core.Question;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.common.json.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * WhatsApp's Cloud API (developers.facebook.com/docs/whatsapp/cloud-api, messages): reply buttons within 24 hours of the person's
 * last message, an approved template outside of them. A message that was sent cannot be changed; a button that is pressed too late is
 * answered.
 */
public final class WhatsAppChannel implements Channel {
    /** The channel's name. */
    public static final String NAME = "whatsapp";

    private static final int MAX_BODY = 1_024;
    private static final int MAX_HEADER = 60;
    private static final int MAX_TITLE = 20;
    private static final int MAX_TEXT = 4_096;

    static final int OUTSIDE_WINDOW = 131_047;
    private static final int TOKEN_EXPIRED = 190;
    private static final Set<Integer> RATE_LIMITS = Set.of(4, 80_007, 130_429, 131_048, 131_056);

    private final Settings settings;
    private final VendorClient client;
    private final URI messages;

    /**
     * Where and as whom to send.
     *
     * @param messages the API's address of the number's messages, such as
     *     {@code https://graph.facebook.com/v24.0/106540352242922/messages}
     * @param template the name of the template with three quick replies; absent if none is approved
     * @param linkTemplate the name of the template without buttons, for what cannot be approved in a chat; absent if none is approved
     * @param language of the templates, such as {@code en}
     */
    public record Settings(
            URI messages,
            String accessToken,
            @Nullable String template,
            @Nullable String linkTemplate,
            String language,
            Right most) {

        /** Leaves the token out. */
        @Override
        public String toString() {
            return "Settings[" + messages + "]";
        }
    }

    public WhatsAppChannel(Settings settings, VendorClient client) {
        this.settings = settings;
        this.client = client;
        this.messages = settings.messages();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Right most() {
        return settings.most();
    }

    @Override
    public boolean updates() {
        return false;
    }

    @Override
    public Receipt ask(Ask ask) throws SendingFailedException {
        String template = ask.question().right() == Right.APPROVE ? settings.template() : settings.linkTemplate();
        if (!ask.isInConversation() && template != null) {
            return send(template(ask, template), "template");
        }
        if (!ask.isInConversation() && ask.wasOutside()) {
            throw withoutTemplate(ask);
        }
        try {
            return send(buttons(ask), "buttons");
        } catch (OutsideWindowException e) {
            if (template == null) {
                throw withoutTemplate(ask);
            }
            return send(template(ask, template), "template");
        }
    }

    private static SendingFailedException withoutTemplate(Ask ask) {
        return SendingFailedException.forGood("the person wrote nothing within 24 hours, and no template is set for"
                + " a call that may be answered with '"
                + ask.question().right().name().toLowerCase(Locale.ROOT)
                + "' (WHATSAPP_TEMPLATE, WHATSAPP_LINK_TEMPLATE)");
    }

    @Override
    public Receipt reply(Reply reply) throws SendingFailedException {
        Map<String, Object> message = message(reply.to(), "text");
        if (reply.inReplyTo() != null) {
            message.put("context", Map.of("message_id", reply.inReplyTo()));
        }
        message.put("text", Map.of("preview_url", false, "body", PlainText.shortened(reply.text(), MAX_TEXT)));
        return send(message, "text");
    }

    @Override
    public void update(Update update) {
        throw new UnsupportedOperationException("WhatsApp changes no message that was sent");
    }

    private static Map<String, Object> message(Recipient to, String type) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("messaging_product", "whatsapp");
        message.put("recipient_type", "individual");
        message.put("to", to.address());
        message.put("type", type);
        return message;
    }

    private static Map<String, Object> buttons(Ask ask) {
        Question question = ask.question();
        List<Object> buttons = new ArrayList<>();
        if (ask.buttons().approve() != null) {
            buttons.add(button(ask.buttons().approve(), "Approve"));
        }
        if (ask.buttons().deny() != null) {
            buttons.add(button(ask.buttons().deny(), "Deny"));
        }
        buttons.add(button(ask.buttons().details(), "Details"));
        Map<String, Object> message = message(ask.to(), "interactive");
        message.put(
                "interactive",
                Map.of(
                        "type",
                        "button",
                        "header",
                        Map.of("type", "text", "text", PlainText.shortened(header(question), MAX_HEADER)),
                        "body",
                        Map.of("text", PlainText.shortened(String.join("\n", lines(question)), MAX_BODY)),
                        "footer",
                        Map.of("text", "OpenClaw Gateway"),
                        "action",
                        Map.of("buttons", buttons)));
        return message;
    }

    private static String header(Question question) {
        return "A call waits: " + question.severity().name().toLowerCase(Locale.ROOT) + " risk";
    }

    private static Map<String, Object> button(String id, String title) {
        return Map.of("type", "reply", "reply", Map.of("id", id, "title", PlainText.shortened(title, MAX_TITLE)));
    }

    /** The call in five lines, the command as code: elsewhere a chat takes {@code *} and {@code _} for formatting and hides them. */
    private static List<String> lines(Question question) {
        return List.of(
                question.title(),
                "```" + question.what().replace("```", "` ` `") + "```",
                question.reason(),
                question.terms(),
                question.whole());
    }

    private Map<String, Object> template(Ask ask, String name) {
        List<Object> components = new ArrayList<>();
        components.add(Map.of(
                "type",
                "body",
                "parameters",
                lines(ask.question()).stream()
                        .map(line -> Map.of("type", "text", "text", line))
                        .toList()));
        if (ask.buttons().approve() != null && ask.buttons().deny() != null) {
            components.add(quickReply(0, ask.buttons().approve()));
            components.add(quickReply(1, ask.buttons().deny()));
            components.add(quickReply(2, ask.buttons().details()));
        }
        Map<String, Object> message = message(ask.to(), "template");
        message.put(
                "template",
                Map.of("name", name, "language", Map.of("code", settings.language()), "components", components));
        return message;
    }

    private static Map<String, Object> quickReply(int index, String payload) {
        return Map.of(
                "type",
                "button",
                "sub_type",
                "quick_reply",
                "index",
                Integer.toString(index),
                "parameters",
                List.of(Map.of("type", "payload", "payload", payload)));
    }

    /** The API says that the person wrote nothing within 24 hours. */
    private static final class OutsideWindowException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private Receipt send(Map<String, Object> message, String form) throws SendingFailedException {
        VendorClient.Response response = client.post(
                messages,
                Map.of("Authorization", "Bearer " + settings.accessToken(), "Content-Type", "application/json"),
                Json.write(message));
        JsonNode answer = response.json();
        String id = answer.path("messages").path(0).path("id").asString("");
        if (response.isSuccess() && !id.isEmpty()) {
            return new Receipt(id, form);
        }
        JsonNode error = answer.path("error");
        int code = error.path("code").asInt(0);
        if (code == OUTSIDE_WINDOW && form.equals("buttons")) {
            throw new OutsideWindowException();
        }
        String what = "WhatsApp: " + (error.isMissingNode() ? "HTTP " + response.status() : error(error));
        if (RATE_LIMITS.contains(code) || response.status() == 429) {
            throw SendingFailedException.rateLimited(what, response.retryAfter());
        }
        if (code == TOKEN_EXPIRED || response.status() == 401) {
            throw SendingFailedException.forNow(what + "; set a valid WHATSAPP_ACCESS_TOKEN");
        }
        if (response.status() >= 500 || response.isSuccess()) {
            throw response.retryAfter() == null
                    ? SendingFailedException.forNow(what)
                    : SendingFailedException.rateLimited(what, response.retryAfter());
        }
        throw SendingFailedException.forGood(what);
    }

    /** Returns an error of the API in words: its message and its code. */
    static String error(JsonNode error) {
        String text = error.path("message").asString(error.path("title").asString("error"));
        return text + " (" + error.path("code").asInt(0) + ")";
    }
}
