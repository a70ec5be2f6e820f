package io.openclaw.gateway.common.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.AuthenticatorTransport;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutableCredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCose;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialType;

class PasskeyStoreIT {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:10Z");

    private final PasskeyStore store = new PasskeyStore(
            Schema.migrated("console", TestInfrastructure.database().dataSource()),
            JdbcClient.create(TestInfrastructure.database().dataSource()));
    private final PasskeyStore.Credentials credentials = store.new Credentials();
    private final String name = "p" + UUID.randomUUID();
    private final Bytes id = Bytes.random();

    private Bytes handleOf(String person) {
        var people = store.new People();
        people.save(ImmutablePublicKeyCredentialUserEntity.builder()
                .name(person)
                .displayName(person)
                .id(Bytes.random())
                .build());
        return java.util.Objects.requireNonNull(people.findByUsername(person)).getId();
    }

    private CredentialRecord passkey(Bytes handle, long signatures) {
        return ImmutableCredentialRecord.builder()
                .credentialType(PublicKeyCredentialType.PUBLIC_KEY)
                .credentialId(id)
                .userEntityUserId(handle)
                .publicKey(new ImmutablePublicKeyCose(new byte[] {1}))
                .attestationObject(new Bytes(new byte[] {2}))
                .attestationClientDataJSON(new Bytes(new byte[] {3}))
                .transports(Set.of(AuthenticatorTransport.INTERNAL))
                .signatureCount(signatures)
                .uvInitialized(true)
                .label("laptop")
                .created(NOW)
                .lastUsed(NOW.plusSeconds(signatures))
                .build();
    }

    @Test
    void findsAPasskeyByItsIdAndByItsPerson() {
        Bytes handle = handleOf(name);
        assertThat(handleOf(name)).as("a person keeps the handle").isEqualTo(handle);
        credentials.save(passkey(handle, 1));

        assertThat(store.of(name)).hasSize(1).first().satisfies(found -> {
            assertThat(found.getCredentialId()).isEqualTo(id);
            assertThat(found.getUserEntityUserId()).isEqualTo(handle);
            assertThat(found.getLabel()).isEqualTo("laptop");
            assertThat(found.getTransports()).containsExactly(AuthenticatorTransport.INTERNAL);
            assertThat(found.isUvInitialized()).isTrue();
        });
        assertThat(credentials.findByCredentialId(id)).isNotNull();
        assertThat(credentials.findByUserId(handle)).hasSize(1);
        assertThat(store.people()).contains(name);
    }

    @Test
    void refusesACopyWhoseCounterDidNotGrow() {
        Bytes handle = handleOf(name);
        credentials.save(passkey(handle, 5));
        credentials.save(passkey(handle, 6));

        for (long copy : List.of(6L, 5L, 0L)) {
            assertThatIllegalStateException().isThrownBy(() -> credentials.save(passkey(handle, copy)));
        }
        assertThat(store.of(name).getFirst().getSignatureCount()).isEqualTo(6);
    }

    @Test
    void takesAuthenticatorsThatDoNotCount() {
        Bytes handle = handleOf(name);
        credentials.save(passkey(handle, 0));

        credentials.save(passkey(handle, 0));

        assertThat(store.of(name)).hasSize(1);
    }

    @Test
    void nobodyTakesOverAnothersPasskey() {
        credentials.save(passkey(handleOf(name), 1));
        String other = "p" + UUID.randomUUID();

        Bytes handle = handleOf(other);
        assertThatIllegalStateException().isThrownBy(() -> credentials.save(passkey(handle, 2)));
        assertThat(store.delete(other, id.toBase64UrlString())).isFalse();

        assertThat(store.of(other)).isEmpty();
        assertThat(store.delete(name, id.toBase64UrlString())).isTrue();
    }

    @Test
    void allOfAPersonGoTogether() {
        Bytes handle = handleOf(name);
        credentials.save(passkey(handle, 1));

        assertThat(store.deleteAll(name)).isEqualTo(1);

        assertThat(store.of(name)).isEmpty();
        assertThat(store.new People().findById(handle)).isNull();
        assertThatIllegalStateException().isThrownBy(() -> credentials.save(passkey(handle, 2)));
    }
}
