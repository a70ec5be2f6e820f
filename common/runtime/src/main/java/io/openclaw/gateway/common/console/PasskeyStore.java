package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.AuthenticatorTransport;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutableCredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCose;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialType;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.management.PublicKeyCredentialUserEntityRepository;
import org.springframework.security.web.webauthn.management.UserCredentialRepository;

/** Passkeys in PostgreSQL, as Spring Security looks for them. */
final class PasskeyStore {
    private final JdbcClient jdbc;
    private final String schema;

    PasskeyStore(Schema schema, JdbcClient jdbc) {
        this.schema = schema.name();
        this.jdbc = jdbc;
    }

    /** Returns a person's passkeys, the oldest first. */
    List<CredentialRecord> of(String person) {
        return jdbc.sql(select("k.person = ?") + " order by k.created_at")
                .param(person)
                .query((row, n) -> passkey(row))
                .list();
    }

    /** Removes one of a person's passkeys; returns false if the person has none such. */
    boolean delete(String person, String id) {
        return jdbc.sql("delete from " + schema + ".passkeys where person = ? and id = ?")
                        .param(person)
                        .param(id)
                        .update()
                == 1;
    }

    /** Removes all passkeys of a person, and returns how many. */
    int deleteAll(String person) {
        int passkeys = of(person).size();
        jdbc.sql("delete from " + schema + ".passkey_people where person = ?")
                .param(person)
                .update();
        return passkeys;
    }

    /** Returns the names of all who have a passkey, in order. */
    List<String> people() {
        return jdbc.sql("select distinct person from " + schema + ".passkeys order by person")
                .query((row, n) -> row.getString("person"))
                .list();
    }

    /** People as WebAuthn's user entities. */
    final class People implements PublicKeyCredentialUserEntityRepository {
        @Override
        public @Nullable PublicKeyCredentialUserEntity findById(Bytes id) {
            return find("handle", id.toBase64UrlString());
        }

        @Override
        public @Nullable PublicKeyCredentialUserEntity findByUsername(String name) {
            return find("person", name);
        }

        private @Nullable PublicKeyCredentialUserEntity find(String column, String value) {
            return jdbc.sql("select * from " + schema + ".passkey_people where " + column + " = ?")
                    .param(value)
                    .query((row, n) -> ImmutablePublicKeyCredentialUserEntity.builder()
                            .name(row.getString("person"))
                            .displayName(row.getString("person"))
                            .id(Bytes.fromBase64(row.getString("handle")))
                            .build())
                    .optional()
                    .orElse(null);
        }

        @Override
        public void save(PublicKeyCredentialUserEntity person) {
            jdbc.sql("insert into " + schema + ".passkey_people (person, handle) values (?, ?) on conflict do nothing")
                    .param(person.getName())
                    .param(person.getId().toBase64UrlString())
                    .update();
        }

        @Override
        public void delete(Bytes id) {
            jdbc.sql("delete from " + schema + ".passkey_people where handle = ?")
                    .param(id.toBase64UrlString())
                    .update();
        }
    }

    /** Passkeys as WebAuthn's credential records. */
    final class Credentials implements UserCredentialRepository {
        @Override
        public void delete(Bytes id) {
            jdbc.sql("delete from " + schema + ".passkeys where id = ?")
                    .param(id.toBase64UrlString())
                    .update();
        }

        /**
         * Keeps a new passkey, or that a known one was used.
         *
         * @throws IllegalStateException if its counter of signatures did not grow: there may be a copy of it (WebAuthn Level 3 section
         *     6.1.1); authenticators that do not count say 0 each time
         */
        @Override
        public void save(CredentialRecord passkey) {
            int saved = jdbc.sql("insert into " + schema + ".passkeys as known (id, person, label, public_key,"
                            + " attestation_object, client_data, transports, signatures, is_verified,"
                            + " is_backup_eligible, is_backed_up, created_at, last_used_at)"
                            + " select ?, person, ?, ?, ?, ?, ?::text[], ?, ?, ?, ?, ?, ? from " + schema
                            + ".passkey_people where handle = ?"
                            + " on conflict (id) do update set signatures = excluded.signatures,"
                            + " is_backed_up = excluded.is_backed_up, last_used_at = excluded.last_used_at"
                            + " where known.person = excluded.person and (known.signatures < excluded.signatures"
                            + " or (known.signatures = 0 and excluded.signatures = 0))")
                    .param(passkey.getCredentialId().toBase64UrlString())
                    .param(passkey.getLabel())
                    .param(passkey.getPublicKey().getBytes())
                    .param(bytes(passkey.getAttestationObject()))
                    .param(bytes(passkey.getAttestationClientDataJSON()))
                    .param(passkey.getTransports().stream()
                            .map(AuthenticatorTransport::getValue)
                            .toArray(String[]::new))
                    .param(passkey.getSignatureCount())
                    .param(passkey.isUvInitialized())
                    .param(passkey.isBackupEligible())
                    .param(passkey.isBackupState())
                    .param(Timestamp.from(passkey.getCreated()))
                    .param(Timestamp.from(passkey.getLastUsed()))
                    .param(passkey.getUserEntityUserId().toBase64UrlString())
                    .update();
            if (saved != 1) {
                throw new IllegalStateException("the passkey's counter of signatures did not grow, or it is gone");
            }
        }

        @Override
        public @Nullable CredentialRecord findByCredentialId(Bytes id) {
            return jdbc.sql(select("k.id = ?"))
                    .param(id.toBase64UrlString())
                    .query((row, n) -> passkey(row))
                    .optional()
                    .orElse(null);
        }

        @Override
        public List<CredentialRecord> findByUserId(Bytes person) {
            return jdbc.sql(select("p.handle = ?"))
                    .param(person.toBase64UrlString())
                    .query((row, n) -> passkey(row))
                    .list();
        }
    }

    private String select(String where) {
        return "select k.*, p.handle from " + schema + ".passkeys k join " + schema
                + ".passkey_people p on p.person = k.person where " + where;
    }

    private static CredentialRecord passkey(ResultSet row) throws SQLException {
        byte[] clientData = row.getBytes("client_data");
        return ImmutableCredentialRecord.builder()
                .credentialType(PublicKeyCredentialType.PUBLIC_KEY)
                .credentialId(Bytes.fromBase64(row.getString("id")))
                .userEntityUserId(Bytes.fromBase64(row.getString("handle")))
                .publicKey(new ImmutablePublicKeyCose(row.getBytes("public_key")))
                .attestationObject(new Bytes(row.getBytes("attestation_object")))
                .attestationClientDataJSON(new Bytes(clientData == null ? new byte[0] : clientData))
                .transports(transports(row.getArray("transports")))
                .signatureCount(row.getLong("signatures"))
                .uvInitialized(row.getBoolean("is_verified"))
                .backupEligible(row.getBoolean("is_backup_eligible"))
                .backupState(row.getBoolean("is_backed_up"))
                .label(row.getString("label"))
                .created(row.getTimestamp("created_at").toInstant())
                .lastUsed(row.getTimestamp("last_used_at").toInstant())
                .build();
    }

    private static Set<AuthenticatorTransport> transports(Array array) throws SQLException {
        return Arrays.stream((String[]) array.getArray())
                .map(AuthenticatorTransport::valueOf)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static byte[] bytes(@Nullable Bytes bytes) {
        return Objects.requireNonNull(bytes, "attestation").getBytes();
    }
}
