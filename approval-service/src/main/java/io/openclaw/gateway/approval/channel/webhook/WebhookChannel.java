package io.openclaw.gateway.approval.channel.webhook;

import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Question;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.common.json.Json;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Any program: CloudEvents 1.0 in structured mode ({@code application/cloudevents+json}), posted to one address and signed as {@link
 * WebhookSignature} says.
 */
public final class WebhookChannel implements Channel {
    /** The channel's name. */
    public static final String NAME = "webhook";

    /** The type of the event that asks. */
    public static final String REQUESTED = "io.openclaw.gateway.approval.requested.v1";
    /** The type of the event that answers a decision. */
    public static final String REPLIED = "io.openclaw.gateway.approval.replied.v1";
    /** The type of the event that says that a call does not wait any more. */
    public static final String DECIDED = "io.openclaw.gateway.approval.decided.v1";

    private static final String SOURCE = "/openclaw-gateway/approval";

    private final Settings settings;
    private final VendorClient client;
    private final Clock clock;

    /** Where to post, and how to sign. */
    public record Settings(URI url, WebhookSignature signature, Right most) {}

    public WebhookChannel(Settings settings, VendorClient client, Clock clock) {
        this.settings = settings;
        this.client = client;
        this.clock = clock;
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
        Map<String, Object> tokens = new LinkedHashMap<>();
        if (ask.buttons().approve() != null) {
            tokens.put("approve", ask.buttons().approve());
        }
        if (ask.buttons().deny() != null) {
            tokens.put("deny", ask.buttons().deny());
        }
        tokens.put("details", ask.buttons().details());
        Map<String, Object> data = data(ask.to(), ask.question());
        data.put("tokens", tokens);
        // Each attempt has tokens of its own, so each is another event.
        return post(
                REQUESTED,
                UUID.randomUUID().toString(),
                ask.question().approval().toString(),
                data);
    }

    @Override
    public Receipt reply(Reply reply) throws SendingFailedException {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("approver", reply.to().address());
        data.put("text", reply.text());
        if (reply.inReplyTo() != null) {
            data.put("inReplyTo", reply.inReplyTo());
        }
        return post(
                REPLIED,
                reply.message().toString(),
                reply.approval() == null ? null : reply.approval().toString(),
                data);
    }

    @Override
    public void update(Update update) throws SendingFailedException {
        Map<String, Object> data = data(update.to(), update.question());
        data.put("outcome", update.outcome());
        data.put("requested", update.receipt());
        post(DECIDED, update.message().toString(), update.question().approval().toString(), data);
    }

    private static Map<String, Object> data(Recipient to, Question question) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("approval", question.approval());
        data.put("approver", to.address());
        data.put("person", to.person());
        data.put("agent", question.agent());
        if (question.onBehalfOf() != null) {
            data.put("onBehalfOf", question.onBehalfOf());
        }
        data.put("tool", question.tool());
        data.put("what", question.what());
        data.put("why", question.why());
        data.put("severity", question.severity());
        data.put("digest", question.digest());
        data.put("expiresAt", question.expiresAt());
        if (question.link() != null) {
            data.put("url", question.link());
        }
        data.put("alike", question.others());
        data.put("may", question.right().name().toLowerCase(Locale.ROOT));
        data.put("reminder", question.isReminder());
        return data;
    }

    /** What says that this event is wrong; a program that is not there (404), or moved, may be back soon. */
    private static final Set<Integer> FOR_GOOD = Set.of(400, 401, 403, 405, 406, 410, 411, 413, 414, 415, 422);

    private Receipt post(String type, String id, @Nullable String subject, Map<String, Object> data)
            throws SendingFailedException {
        Instant now = clock.instant();
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("specversion", "1.0");
        event.put("id", id);
        event.put("source", SOURCE);
        event.put("type", type);
        if (subject != null) {
            event.put("subject", subject);
        }
        event.put("time", now);
        event.put("datacontenttype", "application/json");
        event.put("data", data);
        byte[] body = Json.write(event);
        VendorClient.Response response = client.post(
                settings.url(),
                Map.of(
                        "Content-Type",
                        "application/cloudevents+json; charset=utf-8",
                        WebhookSignature.ID,
                        id,
                        WebhookSignature.TIMESTAMP,
                        Long.toString(now.getEpochSecond()),
                        WebhookSignature.SIGNATURE,
                        settings.signature().sign(id, now, body)),
                body);
        if (response.isSuccess()) {
            return new Receipt(id, "event");
        }
        String what = "the webhook answered HTTP " + response.status();
        if (response.status() == 429 || response.retryAfter() != null) {
            throw SendingFailedException.rateLimited(what, response.retryAfter());
        }
        if (!FOR_GOOD.contains(response.status())) {
            throw SendingFailedException.forNow(what);
        }
        throw SendingFailedException.forGood(what);
    }
}
