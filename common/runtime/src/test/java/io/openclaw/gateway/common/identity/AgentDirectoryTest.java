package io.openclaw.gateway.common.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.event.KeyChanged;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyDocument.Agent;
import io.openclaw.gateway.common.policy.PolicyDocument.Issuer;
import io.openclaw.gateway.common.policy.PolicyDocument.TokenSubject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AgentDirectoryTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Issuer CORP = new Issuer(
            "corp",
            "https://login.example.com",
            "gateway",
            null,
            null,
            "groups",
            Map.of("ai-readers", "reader", "ai-writers", "writer"));

    private final String key = AgentKey.generate();
    private final String old = AgentKey.generate();

    private AgentDirectory directory(KeyChanged... changes) {
        return AgentDirectory.of(
                new PolicyDocument(
                        List.of(new Agent(
                                "demo",
                                null,
                                null,
                                Map.of(),
                                List.of(),
                                List.of(
                                        new PolicyDocument.Key(
                                                AgentKey.sha256(key).toUpperCase(Locale.ROOT), null),
                                        new PolicyDocument.Key(AgentKey.sha256(old), NOW)),
                                List.of(new TokenSubject("corp", "demo-client")))),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(CORP),
                        PolicyDocument.Defaults.NONE,
                        PolicyDocument.Results.FLAGGED,
                        List.of()),
                List.of(changes));
    }

    private static KeyChanged changed(String agent, String changedKey, @Nullable Instant expires, boolean revoked) {
        String sha256 = AgentKey.sha256(changedKey);
        return new KeyChanged(
                sha256.substring(0, 16), agent, sha256, NOW, expires, revoked, NOW, "admin", null, Map.of());
    }

    @Nested
    class AKey {
        @Test
        void provesItsAgentUntilItExpires() {
            assertThat(key).startsWith("ocg_").hasSize(47);
            assertThat(directory().callerOf(key, NOW)).hasValue(new Caller("demo", Identity.NONE));
            assertThat(directory().callerOf(old, NOW.minusMillis(1))).isPresent();
            assertThat(directory().callerOf(old, NOW)).isEmpty();
            assertThat(directory().callerOf(AgentKey.sha256(key), NOW))
                    .as("the hash is no key")
                    .isEmpty();
            assertThat(directory().callerOf("", NOW)).isEmpty();
        }

        @Test
        void thatWasIssuedLaterIsAsGood() {
            String issued = AgentKey.generate();
            assertThat(directory(changed("demo", issued, null, false)).callerOf(issued, NOW))
                    .isPresent();
            assertThat(directory(changed("demo", issued, NOW, false)).callerOf(issued, NOW))
                    .isEmpty();
            assertThat(directory(changed("gone", issued, null, false)).callerOf(issued, NOW))
                    .as("an agent that the policy no longer has")
                    .isEmpty();
        }

        @Test
        void thatWasRevokedProvesNothingWhateverThePolicySays() {
            assertThat(directory(changed("demo", key, null, true)).callerOf(key, NOW))
                    .isEmpty();
        }
    }

    @Nested
    class AToken {
        private Caller callerOf(Map<String, Object> claims) {
            return directory().callerOf(CORP, claims);
        }

        @Test
        void provesTheAgentThatThePolicyGivesItsSubjectTo() {
            assertThat(callerOf(Map.of("sub", "demo-client"))).isEqualTo(new Caller("demo", Identity.NONE));
        }

        @Test
        void ofAnotherSubjectProvesAnAgentOfItsOwnWithTheRolesThatItClaims() {
            assertThat(callerOf(Map.of("sub", "bot-7", "groups", List.of("ai-readers", "cooks"))))
                    .isEqualTo(new Caller("corp:bot-7", new Identity(List.of("reader"), null, false)));
            assertThat(callerOf(Map.of("sub", "bot-7", "groups", "ai-readers ai-writers"))
                            .identity()
                            .roles())
                    .containsExactly("reader", "writer");
        }

        @Test
        void thatWasExchangedProvesAgentAndPerson() {
            assertThat(callerOf(Map.of("sub", "alice", "act", Map.of("sub", "demo-client"))))
                    .isEqualTo(new Caller("demo", new Identity(List.of(), "alice", true)));
        }

        @Test
        void thatClaimsNoRoleOfThePolicyProvesNothing() {
            assertThatThrownBy(() -> callerOf(Map.of("sub", "bot-7", "groups", List.of("cooks"))))
                    .isInstanceOf(UnprovenException.class)
                    .hasMessageContaining("bot-7");
            assertThatThrownBy(() -> callerOf(Map.of("groups", List.of("ai-readers"))))
                    .isInstanceOf(UnprovenException.class)
                    .hasMessageContaining("'sub'");
            assertThatThrownBy(() -> callerOf(Map.of("sub", "a\nb", "groups", List.of("ai-readers"))))
                    .isInstanceOf(UnprovenException.class);
        }
    }
}
