package io.openclaw.gateway.approval.channel.webhook;

import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.Tokens;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads decisions of programs: a CloudEvent in structured mode of the type {@value #TYPE}, signed as {@link WebhookSignature} says,
 * with {@code data} of {@code token}, {@code approver} and, if there is one, {@code reason}. An event whose id came before is the same
 * decision.
 */
public final class WebhookDecisions {
    /** The type of the event that decides. */
    public static final String TYPE = "io.openclaw.gateway.approval.decision.v1";

    private static final Event NOTHING = new Event(null, null, null, null);
    private static final int MAX_TEXT = 256;
    private static final int MAX_REASON = 1_000;

    private final WebhookSignature signature;
    private final Clock clock;

    public WebhookDecisions(WebhookSignature signature, Clock clock) {
        this.signature = signature;
        this.clock = clock;
    }

    /** What is looked at of an event. */
    record Event(
            @Nullable String specversion,
            @Nullable String id,
            @Nullable String type,
            @Nullable Decision data) {}

    /**
     * A decision.
     *
     * @param token of the button
     * @param approver who decides, by the address that the question was sent to
     */
    record Decision(
            @Nullable String token,
            @Nullable String approver,
            @Nullable String reason) {}

    /**
     * Reads a decision.
     *
     * @param body the bytes as they came
     * @param headers the headers of {@link WebhookSignature} by their names
     * @throws WrongSignatureException if it is not signed, or not of now
     * @throws IllegalArgumentException naming the field that is wrong and what it has to be
     */
    public Press read(byte[] body, Map<String, String> headers) throws WrongSignatureException {
        String id = signature.verify(
                headers.get(WebhookSignature.ID),
                headers.get(WebhookSignature.TIMESTAMP),
                headers.get(WebhookSignature.SIGNATURE),
                body,
                clock.instant());
        Event event;
        try {
            event = Objects.requireNonNullElse(Json.read(body, Event.class), NOTHING);
        } catch (JacksonException | InexactJsonException e) {
            throw new IllegalArgumentException(
                    "the body is no CloudEvent in JSON: "
                            + (e instanceof JacksonException problem ? problem.getOriginalMessage() : e.getMessage()),
                    e);
        }
        require("1.0".equals(event.specversion()), "'specversion' has to be \"1.0\"");
        require(TYPE.equals(event.type()), "'type' has to be \"" + TYPE + "\"");
        require(id.equals(event.id()), "'id' has to be the same as the header " + WebhookSignature.ID);
        Decision decision = event.data();
        if (decision == null) {
            throw new IllegalArgumentException("'data' is missing");
        }
        String reason = decision.reason();
        require(
                reason == null || (reason.length() <= MAX_REASON && reason.indexOf('\0') < 0),
                "'data.reason' may have at most " + MAX_REASON + " characters, and no NUL");
        return new Press(
                WebhookChannel.NAME,
                id,
                text(decision.approver(), "data.approver"),
                Tokens.hash(text(decision.token(), "data.token")),
                null,
                reason);
    }

    private static String text(@Nullable String text, String name) {
        if (text == null || text.isEmpty() || text.length() > MAX_TEXT || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "'" + name + "' has to have 1 to " + MAX_TEXT + " characters, and no NUL");
        }
        return text;
    }

    private static void require(boolean isRight, String otherwise) {
        if (!isRight) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
