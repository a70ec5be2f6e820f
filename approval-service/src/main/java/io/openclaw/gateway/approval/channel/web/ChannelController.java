package io.openclaw.gateway.approval.channel.web;

import io.openclaw.gateway.approval.channel.Presses;
import io.openclaw.gateway.approval.channel.core.Answer;
import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.approval.channel.slack.SlackChannel;
import io.openclaw.gateway.approval.channel.webhook.WebhookChannel;
import io.openclaw.gateway.approval.channel.webhook.WebhookSignature;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppChannel;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppWebhook;
import io.openclaw.gateway.common.web.Problems;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Where the vendors of channels deliver. Nobody signs in here: a signature over the bytes as they came is looked at before anything else.
 * What was delivered is kept before it is answered, so a vendor that gets no 200 delivers it again, and it counts once.
 */
@RestController
public final class ChannelController {
    /** The paths of all channels begin so. */
    public static final String PATH = "/v1/channels";

    private static final String WHATSAPP = PATH + "/whatsapp";
    private static final String SLACK = PATH + "/slack";
    private static final String WEBHOOK = PATH + "/webhook";
    private static final int MAX_BODY = 1024 * 1024;

    private final ChannelDoors doors;
    private final Presses presses;
    private final ChannelStore store;
    private final Clock clock;

    public ChannelController(ChannelDoors doors, Presses presses, ChannelStore store, Clock clock) {
        this.doors = doors;
        this.presses = presses;
        this.store = store;
        this.clock = clock;
    }

    /** Answers Meta's check of the webhook. */
    @GetMapping(path = WHATSAPP, produces = MediaType.TEXT_PLAIN_VALUE)
    ResponseEntity<String> check(
            @RequestParam(name = "hub.mode", required = false) @Nullable String mode,
            @RequestParam(name = "hub.verify_token", required = false) @Nullable String token,
            @RequestParam(name = "hub.challenge", required = false) @Nullable String challenge,
            HttpServletRequest request) {
        WhatsAppWebhook door = on(doors.whatsApp(), WhatsAppChannel.NAME);
        if (!door.isOurs(mode, token) || challenge == null) {
            presses.rejected(WhatsAppChannel.NAME, "the verify token is another", request.getRemoteAddr());
            throw Problems.of(
                    HttpStatus.FORBIDDEN,
                    "wrong-verify-token",
                    "Wrong verify token",
                    "'hub.verify_token' is not WHATSAPP_VERIFY_TOKEN.");
        }
        return ResponseEntity.ok()
                .contentType(MediaType.TEXT_PLAIN)
                .header("X-Content-Type-Options", "nosniff")
                .body(challenge);
    }

    @PostMapping(WHATSAPP)
    ResponseEntity<Void> whatsApp(HttpServletRequest request) throws IOException {
        WhatsAppWebhook door = on(doors.whatsApp(), WhatsAppChannel.NAME);
        byte[] body = body(request);
        WhatsAppWebhook.Delivered delivered = verified(
                WhatsAppChannel.NAME, request, () -> door.read(body, request.getHeader("X-Hub-Signature-256")));
        // What people pressed comes first: nothing that a vendor says beside it keeps it back.
        delivered.writers().forEach(writer -> presses.wrote(WhatsAppChannel.NAME, writer));
        delivered.presses().forEach(presses::take);
        delivered
                .statuses()
                .forEach(status -> store.delivered(
                        WhatsAppChannel.NAME,
                        status.receipt(),
                        status.status(),
                        status.problem(),
                        status.isOutside(),
                        clock.instant()));
        return ResponseEntity.ok().build();
    }

    @PostMapping(SLACK)
    ResponseEntity<Void> slack(HttpServletRequest request) throws IOException {
        var door = on(doors.slack(), SlackChannel.NAME);
        byte[] body = body(request);
        verified(
                        SlackChannel.NAME,
                        request,
                        () -> door.read(
                                body,
                                request.getHeader("X-Slack-Request-Timestamp"),
                                request.getHeader("X-Slack-Signature")))
                .forEach(presses::take);
        return ResponseEntity.ok().build();
    }

    /**
     * What became of a decision.
     *
     * @param outcome a word of {@link Answer.Kind}, such as {@code decided} or {@code late}
     */
    public record Outcome(String outcome, String detail) {}

    @PostMapping(WEBHOOK)
    ResponseEntity<Outcome> webhook(HttpServletRequest request) throws IOException {
        var door = on(doors.webhook(), WebhookChannel.NAME);
        byte[] body = body(request);
        Map<String, String> headers = new HashMap<>();
        for (String name : new String[] {WebhookSignature.ID, WebhookSignature.TIMESTAMP, WebhookSignature.SIGNATURE}) {
            String value = request.getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        Press press = verified(WebhookChannel.NAME, request, () -> door.read(body, headers));
        Optional<Answer> answer = presses.answer(press);
        return answer.map(each -> ResponseEntity.ok(new Outcome(each.kind().label(), each.text())))
                .orElseGet(() -> ResponseEntity.accepted()
                        .body(new Outcome(
                                "pending",
                                "It was kept, and is decided about soon; the same event again"
                                        + " answers what became of it.")));
    }

    /** Reads what was delivered, after its signature. */
    private interface Reading<T> {
        T read() throws WrongSignatureException;
    }

    private <T> T verified(String channel, HttpServletRequest request, Reading<T> reading) {
        try {
            return reading.read();
        } catch (WrongSignatureException e) {
            presses.rejected(channel, String.valueOf(e.getMessage()), request.getRemoteAddr());
            throw Problems.of(
                    HttpStatus.UNAUTHORIZED,
                    "wrong-signature",
                    "Wrong signature",
                    "Nothing was looked at: " + e.getMessage() + ".");
        } catch (IllegalArgumentException e) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST,
                    "invalid-request",
                    "Invalid request",
                    "Nothing was decided: " + e.getMessage() + ".");
        }
    }

    private static <T> T on(Optional<T> door, String channel) {
        return door.orElseThrow(() -> Problems.of(
                HttpStatus.NOT_FOUND,
                "channel-off",
                "Channel off",
                "The channel " + channel + " is off; docs/channels.md says what to set."));
    }

    /** A signature is over these bytes: parameters of a form that were read and written again would be others. */
    private static byte[] body(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw tooLarge();
        }
        return body;
    }

    private static ErrorResponseException tooLarge() {
        return Problems.of(
                HttpStatus.CONTENT_TOO_LARGE, "too-large", "Too large", "A delivery may have " + MAX_BODY + " bytes.");
    }
}
