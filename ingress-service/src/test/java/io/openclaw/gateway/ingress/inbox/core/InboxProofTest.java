package io.openclaw.gateway.ingress.inbox.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InboxProofTest {
    private static final String SECRET = "5f1d6c0e9b7a4d2c8e3f1a0b9c8d7e6f5f1d6c0e9b7a4d2c8e3f1a0b9c8d7e6f";
    private static final String NONCE = "0b7e4b1e-6a57-4c0e-8a1c-0b4b6e0f3a11";
    private static final String TIME = "2026-11-27T10:00:00Z";
    private static final byte[] VALUE = "{\"tool\":\"clock\"}".getBytes(StandardCharsets.UTF_8);

    private static Map<String, String> signed() {
        Map<String, String> headers = new HashMap<>();
        headers.put(InboxProof.AGENT, "crm-bot");
        headers.put(InboxProof.TIMESTAMP, TIME);
        headers.put(InboxProof.NONCE, NONCE);
        headers.put(InboxProof.SIGNATURE, InboxProof.sign(SECRET, "crm-bot", TIME, NONCE, VALUE));
        return headers;
    }

    private static InboxProof.Hmac read(Map<String, String> headers) {
        return (InboxProof.Hmac) InboxProof.of(headers::get);
    }

    private static void assertRefused(ThrowingCallable what, String type, String... said) {
        assertThatThrownBy(what).isInstanceOfSatisfying(RefusedRecordException.class, refusal -> {
            assertThat(refusal.type()).isEqualTo(type);
            assertThat(List.of(said))
                    .allSatisfy(word -> assertThat(refusal.reason()).contains(word));
        });
    }

    /** Made with: printf 'openclaw-inbox-v1\ncrm-bot\n…' | openssl dgst -sha256 -hmac "$SECRET". */
    @Test
    void signsAsOpensslDoes() {
        assertThat(InboxProof.sign(SECRET, "crm-bot", TIME, NONCE, VALUE))
                .isEqualTo("6cc25e32e5f3465fd7c48acbb064b81cd5327cbe13f63283ecc035d078ce013a");
    }

    @Nested
    class OfASecret {
        @Test
        void holdsIfTheAgentsSecretSignedIt() {
            assertThatCode(() -> read(signed()).require(List.of(SECRET), VALUE)).doesNotThrowAnyException();
        }

        @Test
        void holdsWithTheOldSecretWhileANewOneIsThereToo() {
            assertThatCode(() -> read(signed()).require(List.of("n".repeat(64), SECRET), VALUE))
                    .doesNotThrowAnyException();
        }

        @Test
        void doesNotHoldForAnotherValue() {
            byte[] other = "{\"tool\":\"exec\"}".getBytes(StandardCharsets.UTF_8);
            assertRefused(() -> read(signed()).require(List.of(SECRET), other), "wrong-signature", "crm-bot");
        }

        @ParameterizedTest
        @CsvSource({
            "openclaw-agent, other-bot",
            "openclaw-timestamp, 2026-11-27T10:00:01Z",
            "openclaw-nonce, 0b7e4b1e-6a57-4c0e-8a1c-0b4b6e0f3a12",
            "openclaw-signature, 0000000000000000000000000000000000000000000000000000000000000000"
        })
        void doesNotHoldIfAHeaderIsAnother(String name, String value) {
            Map<String, String> headers = signed();
            headers.put(name, value);
            assertRefused(() -> read(headers).require(List.of(SECRET), VALUE), "wrong-signature");
        }

        @Test
        void doesNotHoldForAnAgentWithoutSecrets() {
            assertRefused(() -> read(signed()).require(List.of(), VALUE), "wrong-signature");
        }

        @ParameterizedTest
        @ValueSource(strings = {InboxProof.AGENT, InboxProof.TIMESTAMP, InboxProof.NONCE, InboxProof.SIGNATURE})
        void needsEachHeader(String name) {
            Map<String, String> headers = signed();
            headers.remove(name);
            assertRefused(() -> read(headers), "unsigned", name);
        }

        @ParameterizedTest
        @CsvSource({
            "openclaw-agent, ../etc/passwd",
            "openclaw-agent, .hidden",
            "openclaw-timestamp, yesterday",
            "openclaw-nonce, short",
            "openclaw-signature, no-hex"
        })
        void namesTheHeaderThatIsWrong(String name, String value) {
            Map<String, String> headers = signed();
            headers.put(name, value);
            assertRefused(() -> read(headers), "wrong-header");
        }
    }

    @Nested
    class OfAToken {
        private final Map<String, Object> claims = new HashMap<>(
                Map.of("jti", NONCE, "iat", Instant.parse(TIME), InboxProof.BODY_CLAIM, Digest.sha256Hex(VALUE)));

        @Test
        void isOfTheRecordWhoseHashItHas() {
            assertThat(InboxProof.Token.seal(claims, VALUE)).isEqualTo(new InboxProof.Seal(NONCE, Instant.parse(TIME)));
        }

        @Test
        void isNotOfAnotherRecord() {
            assertRefused(() -> InboxProof.Token.seal(claims, new byte[] {1}), "wrong-token", "body_sha256");
        }

        @ParameterizedTest
        @ValueSource(strings = {"jti", "iat", "body_sha256"})
        void hasToHaveEachClaim(String claim) {
            claims.remove(claim);
            assertRefused(() -> InboxProof.Token.seal(claims, VALUE), "wrong-token", claim);
        }

        @Test
        void isLookedAtBeforeTheOtherHeaders() {
            Map<String, String> headers = signed();
            headers.put(InboxProof.TOKEN, "a.b.c");
            assertThat(InboxProof.of(headers::get)).isEqualTo(new InboxProof.Token("a.b.c"));
        }
    }

    @Nested
    class Window {
        private final InboxWindow window = new InboxWindow(Duration.ofMinutes(5));
        private final Instant signedAt = Instant.parse(TIME);

        @ParameterizedTest
        @ValueSource(longs = {-300, 0, 300})
        void takesWhatCameWhenItWasSigned(long seconds) {
            assertThatCode(() -> window.require(signedAt, signedAt.plusSeconds(seconds)))
                    .doesNotThrowAnyException();
        }

        @ParameterizedTest
        @ValueSource(longs = {-301, 301, 86_400})
        void takesNoCopyThatComesLater(long seconds) {
            assertRefused(() -> window.require(signedAt, signedAt.plusSeconds(seconds)), "too-old", "300 s");
        }

        @Test
        void isPositiveAndAtMostADay() {
            assertThatThrownBy(() -> new InboxWindow(Duration.ZERO)).hasMessageContaining("openclaw.inbox.window");
            assertThatThrownBy(() -> new InboxWindow(Duration.ofDays(2))).hasMessageContaining("openclaw.inbox.window");
        }
    }
}
