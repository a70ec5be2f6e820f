package io.openclaw.gateway.approval.channel.slack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.approval.channel.core.Hmac;
import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.Tokens;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.testing.MutableClock;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlackInteractionsTest {
    private static final String SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
    private static final String TIMESTAMP = "1531420618";
    /** The example of "Verifying requests from Slack". */
    private static final String EXAMPLE =
            "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
                    + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
                    + "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
                    + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    private static final String EXAMPLE_SIGNATURE =
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    private final MutableClock clock = new MutableClock(Instant.ofEpochSecond(Long.parseLong(TIMESTAMP)));
    private final SlackInteractions interactions = new SlackInteractions(SECRET, clock);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<Press> read(String payload) throws WrongSignatureException {
        byte[] body = bytes("payload=" + URLEncoder.encode(payload, StandardCharsets.UTF_8));
        byte[] code = Hmac.sha256(bytes(SECRET), bytes("v0:" + TIMESTAMP + ":"), body);
        return interactions.read(body, TIMESTAMP, "v0=" + HexFormat.of().formatHex(code));
    }

    /** It is signed by Slack, and is no press. */
    @Test
    void acceptsTheSignatureOfSlacksOwnExample() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> interactions.read(bytes(EXAMPLE), TIMESTAMP, EXAMPLE_SIGNATURE))
                .withMessageContaining("'payload'");
    }

    @Test
    void rejectsABodyThatWasChanged() {
        assertThatThrownBy(() -> interactions.read(bytes(EXAMPLE + "&a=b"), TIMESTAMP, EXAMPLE_SIGNATURE))
                .isInstanceOf(WrongSignatureException.class)
                .hasMessageContaining("X-Slack-Signature");
    }

    @Test
    void rejectsAnotherTimestamp() {
        assertThatThrownBy(() -> interactions.read(bytes(EXAMPLE), "1531420619", EXAMPLE_SIGNATURE))
                .isInstanceOf(WrongSignatureException.class);
    }

    @Test
    void rejectsWhatIsOlderThanFiveMinutes() {
        clock.advance(Duration.ofMinutes(5).plusSeconds(1));
        assertThatThrownBy(() -> interactions.read(bytes(EXAMPLE), TIMESTAMP, EXAMPLE_SIGNATURE))
                .isInstanceOf(WrongSignatureException.class)
                .hasMessageContaining("X-Slack-Request-Timestamp");
    }

    @Test
    void rejectsWhatHasNoSignature() {
        assertThatThrownBy(() -> interactions.read(bytes(EXAMPLE), TIMESTAMP, null))
                .isInstanceOf(WrongSignatureException.class);
        assertThatThrownBy(() -> interactions.read(bytes(EXAMPLE), null, EXAMPLE_SIGNATURE))
                .isInstanceOf(WrongSignatureException.class);
        assertThatThrownBy(() -> interactions.read(bytes(EXAMPLE), TIMESTAMP, "v1=00"))
                .isInstanceOf(WrongSignatureException.class);
    }

    @Test
    void readsAPress() throws WrongSignatureException {
        assertThat(read("{\"type\":\"block_actions\",\"user\":{\"id\":\"U1\"},\"container\":{\"type\":\"message\","
                        + "\"message_ts\":\"17.1\",\"channel_id\":\"D1\"},\"actions\":[{\"type\":\"button\",\"action_id\":\"approve\","
                        + "\"value\":\"token\",\"action_ts\":\"17.2\"}]}"))
                .containsExactly(new Press("slack", "D1:17.1:U1:17.2", "U1", Tokens.hash("token"), "D1:17.1", null));
    }

    @Test
    void findsNoPressInOtherInteractions() throws WrongSignatureException {
        assertThat(read("{\"type\":\"view_submission\",\"user\":{\"id\":\"U1\"}}"))
                .isEmpty();
        assertThat(read("[]")).isEmpty();
    }

    @Test
    void saysThatAPayloadIsNoJson() {
        assertThatIllegalArgumentException().isThrownBy(() -> read("{")).withMessageContaining("no JSON");
    }
}
