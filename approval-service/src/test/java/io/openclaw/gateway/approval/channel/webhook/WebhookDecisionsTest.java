package io.openclaw.gateway.approval.channel.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.Tokens;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.testing.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookDecisionsTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Instant NOW = Instant.ofEpochSecond(1_614_265_330);
    private static final String DECISION = "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"/p\",\"type\":\""
            + WebhookDecisions.TYPE + "\",\"data\":{\"token\":\"token\",\"approver\":\"alice\",\"reason\":\"fine\"}}";

    private final WebhookSignature signature = new WebhookSignature(SECRET);
    private final MutableClock clock = new MutableClock(NOW);
    private final WebhookDecisions decisions = new WebhookDecisions(signature, clock);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, String> signed(String id, byte[] body) {
        return new HashMap<>(Map.of(
                WebhookSignature.ID,
                id,
                WebhookSignature.TIMESTAMP,
                Long.toString(NOW.getEpochSecond()),
                WebhookSignature.SIGNATURE,
                signature.sign(id, NOW, body)));
    }

    private Press read(String body) throws WrongSignatureException {
        return decisions.read(bytes(body), signed("e1", bytes(body)));
    }

    /** The example of the reference libraries of Standard Webhooks. */
    @Test
    void signsAsStandardWebhooksDoes() {
        assertThat(signature.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, bytes("{\"test\": 2432232314}")))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    void wantsASecretThatCannotBeGuessed(String secret) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WebhookSignature(secret))
                .withMessageContaining("openssl rand");
    }

    @Test
    void readsADecision() throws WrongSignatureException {
        assertThat(read(DECISION)).isEqualTo(new Press("webhook", "e1", "alice", Tokens.hash("token"), null, "fine"));
    }

    @Test
    void acceptsOneOfSeveralSignatures() throws WrongSignatureException {
        Map<String, String> headers = signed("e1", bytes(DECISION));
        headers.merge(WebhookSignature.SIGNATURE, "v1,AAAA v2,BBBB ", (right, wrong) -> wrong + right);
        assertThat(decisions.read(bytes(DECISION), headers).id()).isEqualTo("e1");
    }

    @Test
    void rejectsABodyAnIdOrATimeThatWasChanged() {
        Map<String, String> headers = signed("e1", bytes(DECISION));
        assertThatThrownBy(() -> decisions.read(bytes(DECISION + " "), headers))
                .isInstanceOf(WrongSignatureException.class);
        headers.put(WebhookSignature.ID, "e2");
        assertThatThrownBy(() -> decisions.read(bytes(DECISION), headers)).isInstanceOf(WrongSignatureException.class);
        headers.put(WebhookSignature.ID, "e1");
        headers.put(WebhookSignature.TIMESTAMP, Long.toString(NOW.getEpochSecond() + 1));
        assertThatThrownBy(() -> decisions.read(bytes(DECISION), headers)).isInstanceOf(WrongSignatureException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {WebhookSignature.ID, WebhookSignature.TIMESTAMP, WebhookSignature.SIGNATURE})
    void rejectsWhatLacksAHeader(String header) {
        Map<String, String> headers = signed("e1", bytes(DECISION));
        headers.remove(header);
        assertThatThrownBy(() -> decisions.read(bytes(DECISION), headers))
                .isInstanceOf(WrongSignatureException.class)
                .hasMessageContaining(header);
    }

    @ParameterizedTest
    @ValueSource(longs = {301, -301})
    void rejectsWhatIsNotOfNow(long seconds) {
        clock.advance(Duration.ofSeconds(seconds));
        assertThatThrownBy(() -> read(DECISION))
                .isInstanceOf(WrongSignatureException.class)
                .hasMessageContaining("five minutes");
    }

    /** What the gateway itself sent, sent back to it, is no decision. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"specversion\":\"1.0\"| no CloudEvent",
                "null| 'specversion'",
                "{\"specversion\":\"0.3\"}| 'specversion'",
                "{\"specversion\":\"1.0\",\"type\":\"io.openclaw.gateway.approval.requested.v1\",\"id\":\"e1\"}| 'type'",
                "{\"specversion\":\"1.0\",\"type\":\"io.openclaw.gateway.approval.decision.v1\",\"id\":\"e2\"}| 'id'",
                "{\"specversion\":\"1.0\",\"type\":\"io.openclaw.gateway.approval.decision.v1\",\"id\":\"e1\"}| 'data'",
                "{\"specversion\":\"1.0\",\"type\":\"io.openclaw.gateway.approval.decision.v1\",\"id\":\"e1\",\"data\":{\"token\":\"t\"}}| 'data.approver'",
                "{\"specversion\":\"1.0\",\"type\":\"io.openclaw.gateway.approval.decision.v1\",\"id\":\"e1\",\"data\":{\"approver\":\"a\"}}| 'data.token'",
                "{\"specversion\":\"1.0\",\"type\":\"io.openclaw.gateway.approval.decision.v1\",\"id\":\"e1\",\"data\":{\"approver\":\"a\\u0000\",\"token\":\"t\"}}| 'data.approver'"
            })
    void namesTheFieldThatIsWrong(String body, String named) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(body)).withMessageContaining(named);
    }
}
