package io.openclaw.gateway.approval.channel.slack;

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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Slack's Web API (docs.slack.dev): {@code chat.postMessage} to a person with a Block Kit message, {@code chat.update} when the call
 * is decided. All text is {@code plain_text}, in which nothing is a link, a mention or formatting.
 */
public final class SlackChannel implements Channel {
    /** The channel's name. */
    public static final String NAME = "slack";

    private static final int MAX_TEXT = 3_000;
    private static final int MAX_HEADER = 150;
    private static final Set<String> FOR_NOW = Set.of(
            "ratelimited",
            "rate_limited",
            "message_limit_exceeded",
            "internal_error",
            "fatal_error",
            "service_unavailable",
            "request_timeout",
            "team_added_to_org");
    /** An administrator has to do something, and then it works. */
    private static final Set<String> TOKEN =
            Set.of("invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive", "missing_scope");

    private final Settings settings;
    private final VendorClient client;

    /**
     * Where and as whom to send.
     *
     * @param api the base URL of the API, such as {@code https://slack.com/api}
     * @param botToken the token of the app's bot, {@code xoxb-…}
     */
    public record Settings(URI api, String botToken, Right most) {

        /** Leaves the token out. */
        @Override
        public String toString() {
            return "Settings[" + api + "]";
        }
    }

    public SlackChannel(Settings settings, VendorClient client) {
        this.settings = settings;
        this.client = client;
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
        return true;
    }

    @Override
    public Receipt ask(Ask ask) throws SendingFailedException {
        List<Object> blocks = question(ask.question());
        List<Object> buttons = new ArrayList<>();
        if (ask.buttons().approve() != null) {
            buttons.add(button("approve", "Approve", "primary", ask.buttons().approve()));
        }
        if (ask.buttons().deny() != null) {
            buttons.add(button("deny", "Deny", "danger", ask.buttons().deny()));
        }
        buttons.add(button("details", "Details", null, ask.buttons().details()));
        blocks.add(Map.of("type", "actions", "elements", buttons));
        return receipt(post(
                "chat.postMessage",
                Map.of(
                        "channel",
                        ask.to().address(),
                        "text",
                        // What a notification shows; mentions in it would be real ones.
                        escaped(ask.question().title()),
                        "blocks",
                        blocks,
                        "unfurl_links",
                        false,
                        "unfurl_media",
                        false)));
    }

    @Override
    public Receipt reply(Reply reply) throws SendingFailedException {
        Map<String, Object> message = new LinkedHashMap<>();
        SentMessage to = reply.inReplyTo() == null ? null : SentMessage.of(reply.inReplyTo());
        message.put("channel", to == null ? reply.to().address() : to.channel());
        if (to != null) {
            message.put("thread_ts", to.timestamp());
        }
        message.put("text", escaped(PlainText.shortened(reply.text(), MAX_TEXT)));
        message.put("blocks", sections(reply.text()));
        message.put("unfurl_links", false);
        message.put("unfurl_media", false);
        return receipt(post("chat.postMessage", message));
    }

    @Override
    public void update(Update update) throws SendingFailedException {
        SentMessage sent = SentMessage.of(update.receipt());
        if (sent == null) {
            throw SendingFailedException.forGood("'" + update.receipt() + "' is no message of Slack");
        }
        List<Object> blocks = question(update.question());
        blocks.add(section(update.outcome()));
        post(
                "chat.update",
                Map.of(
                        "channel",
                        sent.channel(),
                        "ts",
                        sent.timestamp(),
                        "text",
                        escaped(update.outcome()),
                        "blocks",
                        blocks));
    }

    /**
     * A message that was sent, as a receipt has it.
     *
     * @param channel the conversation's id, such as {@code D024BE91L}
     * @param timestamp which identifies the message in it, such as {@code 1503435956.000247}
     */
    record SentMessage(String channel, String timestamp) {
        String receipt() {
            return channel + ":" + timestamp;
        }

        static @Nullable SentMessage of(String receipt) {
            int colon = receipt.indexOf(':');
            return colon < 1 ? null : new SentMessage(receipt.substring(0, colon), receipt.substring(colon + 1));
        }
    }

    private static List<Object> question(Question question) {
        List<Object> blocks = new ArrayList<>();
        blocks.add(Map.of("type", "header", "text", plain(question.title(), MAX_HEADER)));
        List<String> lines = question.lines();
        lines.subList(1, lines.size()).forEach(line -> blocks.add(section(line)));
        return blocks;
    }

    /** A section is shorter than a text may be. */
    private static List<Object> sections(String text) {
        List<Object> sections = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int to = text.offsetByCodePoints(from, Math.min(MAX_TEXT, text.codePointCount(from, text.length())));
            sections.add(section(text.substring(from, to)));
            from = to;
        }
        return sections;
    }

    private static Map<String, Object> section(String text) {
        return Map.of("type", "section", "text", plain(text, MAX_TEXT));
    }

    private static Map<String, Object> plain(String text, int max) {
        return Map.of("type", "plain_text", "text", PlainText.shortened(text, max), "emoji", false);
    }

    private static Map<String, Object> button(String action, String text, @Nullable String style, String token) {
        Map<String, Object> button = new LinkedHashMap<>();
        button.put("type", "button");
        button.put("action_id", action);
        button.put("text", Map.of("type", "plain_text", "text", text, "emoji", false));
        button.put("value", token);
        if (style != null) {
            button.put("style", style);
        }
        return button;
    }

    /** Control characters of Slack's text, as its documentation says to escape them. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static Receipt receipt(JsonNode answer) {
        return new Receipt(
                new SentMessage(
                                answer.path("channel").asString(""),
                                answer.path("ts").asString(""))
                        .receipt(),
                "blocks");
    }

    private JsonNode post(String method, Map<String, Object> body) throws SendingFailedException {
        VendorClient.Response response = client.post(
                URI.create(settings.api() + "/" + method),
                Map.of(
                        "Authorization",
                        "Bearer " + settings.botToken(),
                        "Content-Type",
                        "application/json; charset=utf-8"),
                Json.write(body));
        JsonNode answer = response.json();
        if (response.isSuccess() && answer.path("ok").asBoolean(false)) {
            return answer;
        }
        String error = answer.path("error").asString("HTTP " + response.status());
        String what = "Slack: " + error;
        if (response.status() == 429 || response.retryAfter() != null) {
            throw SendingFailedException.rateLimited(what, response.retryAfter());
        }
        if (TOKEN.contains(error)) {
            throw SendingFailedException.forNow(what + "; set a valid SLACK_BOT_TOKEN with the scope chat:write");
        }
        // An answer that is none of Slack's comes from something on the way.
        if (response.status() >= 500 || FOR_NOW.contains(error) || !answer.has("error")) {
            throw SendingFailedException.forNow(what);
        }
        throw SendingFailedException.forGood(what);
    }
}
