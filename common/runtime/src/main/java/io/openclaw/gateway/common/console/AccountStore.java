package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Accounts, tokens and sign-in links in PostgreSQL. */
public final class AccountStore {
    private final JdbcClient jdbc;
    private final Schema console;
    private final String schema;

    public AccountStore(Schema schema, JdbcClient jdbc) {
        this.console = schema;
        this.schema = schema.name();
        this.jdbc = jdbc;
    }

    /** Returns the schema that it is in. */
    Schema schema() {
        return console;
    }

    /** Keeps a new account; returns false if the name is taken. */
    boolean insert(Account account) {
        return jdbc.sql("insert into " + schema + ".accounts (name, password_hash, roles, approver_groups,"
                                + " must_change_password, disabled, created_at, created_by) values (?, ?, ?::text[],"
                                + " ?::text[], ?, ?, ?, ?) on conflict do nothing")
                        .param(account.name())
                        .param(account.passwordHash())
                        .param(labels(account.roles()))
                        .param(account.groups().toArray(String[]::new))
                        .param(account.mustChangePassword())
                        .param(account.disabled())
                        .param(Timestamp.from(account.createdAt()))
                        .param(account.createdBy())
                        .update()
                == 1;
    }

    Optional<Account> find(String name) {
        return jdbc.sql("select * from " + schema + ".accounts where name = ?")
                .param(name)
                .query((row, n) -> account(row))
                .optional();
    }

    List<Account> all() {
        return jdbc.sql("select * from " + schema + ".accounts order by name")
                .query((row, n) -> account(row))
                .list();
    }

    /**
     * Makes or refreshes the account of a person whom an issuer vouches for. A person who is known keeps the account's name,
     * whatever the issuer says now.
     *
     * @param subject which person of the issuer it is; an account that is from before subjects were kept becomes that person's
     * @return the account's name; empty if that name is somebody else's
     */
    Optional<String> admit(
            String name, String issuer, String subject, Set<ConsoleRole> roles, List<String> groups, Instant now) {
        return refresh(issuer, subject, roles, groups)
                .or(() -> insert(name, issuer, subject, roles, groups, now))
                // The same person may have signed in for the first time elsewhere, at this moment.
                .or(() -> refresh(issuer, subject, roles, groups));
    }

    private Optional<String> refresh(String issuer, String subject, Set<ConsoleRole> roles, List<String> groups) {
        return jdbc.sql("update " + schema + ".accounts set roles = ?::text[], approver_groups = ?::text[]"
                        + " where issuer = ? and subject = ? returning name")
                .param(labels(roles))
                .param(groups.toArray(String[]::new))
                .param(issuer)
                .param(subject)
                .query(String.class)
                .optional();
    }

    private Optional<String> insert(
            String name, String issuer, String subject, Set<ConsoleRole> roles, List<String> groups, Instant now) {
        try {
            return jdbc.sql("insert into " + schema
                            + ".accounts as known (name, password_hash, roles, approver_groups,"
                            + " must_change_password, created_at, created_by, issuer, subject) values (?, '', ?::text[],"
                            + " ?::text[], false, ?, ?, ?, ?) on conflict (name) do update"
                            + " set roles = excluded.roles, approver_groups = excluded.approver_groups,"
                            + " subject = excluded.subject"
                            + " where known.issuer = excluded.issuer and known.subject is null returning name")
                    .param(name)
                    .param(labels(roles))
                    .param(groups.toArray(String[]::new))
                    .param(Timestamp.from(now))
                    .param(issuer)
                    .param(issuer)
                    .param(subject)
                    .query(String.class)
                    .optional();
        } catch (DuplicateKeyException e) {
            // The subject's account came into being under another name at this moment.
            return Optional.empty();
        }
    }

    /** Sets a password; returns false if there is no such local account. */
    boolean setPassword(String name, String hash, boolean mustChange, Instant now) {
        return jdbc.sql("update " + schema + ".accounts set password_hash = ?, must_change_password = ?,"
                                + " password_changed_at = ? where name = ? and issuer is null")
                        .param(hash)
                        .param(mustChange)
                        .param(Timestamp.from(now))
                        .param(name)
                        .update()
                == 1;
    }

    /** Sets what an account may do; returns false if there is no such account. */
    boolean change(String name, Set<ConsoleRole> roles, List<String> groups, boolean disabled) {
        return jdbc.sql("update " + schema
                                + ".accounts set roles = ?::text[], approver_groups = ?::text[], disabled = ?"
                                + " where name = ?")
                        .param(labels(roles))
                        .param(groups.toArray(String[]::new))
                        .param(disabled)
                        .param(name)
                        .update()
                == 1;
    }

    /**
     * A token for programs.
     *
     * @param roles what it may do, at the most; what its person may not, it may not either
     */
    public record Token(
            UUID id,
            String person,
            String label,
            Set<ConsoleRole> roles,
            List<String> groups,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant lastUsedAt,
            @Nullable Instant revokedAt) {
        /** Tells whether it proves anything at a moment. */
        public boolean isGoodAt(Instant now) {
            return revokedAt == null && expiresAt.isAfter(now);
        }
    }

    void insert(Token token, String sha256) {
        jdbc.sql("insert into " + schema + ".tokens (id, person, label, sha256, roles, approver_groups, created_at,"
                        + " expires_at) values (?, ?, ?, ?, ?::text[], ?::text[], ?, ?)")
                .param(token.id())
                .param(token.person())
                .param(token.label())
                .param(sha256)
                .param(labels(token.roles()))
                .param(token.groups().toArray(String[]::new))
                .param(Timestamp.from(token.createdAt()))
                .param(Timestamp.from(token.expiresAt()))
                .update();
    }

    Optional<Token> findToken(String sha256) {
        return jdbc.sql("select * from " + schema + ".tokens where sha256 = ?")
                .param(sha256)
                .query((row, n) -> token(row))
                .optional();
    }

    /** Notes the use of a token, at most once a minute. */
    void used(UUID token, Instant now) {
        jdbc.sql("update " + schema + ".tokens set last_used_at = ? where id = ?"
                        + " and (last_used_at is null or last_used_at < ?)")
                .param(Timestamp.from(now))
                .param(token)
                .param(Timestamp.from(now.minusSeconds(60)))
                .update();
    }

    List<Token> tokensOf(String person) {
        return jdbc.sql("select * from " + schema + ".tokens where person = ? order by created_at desc limit 100")
                .param(person)
                .query((row, n) -> token(row))
                .list();
    }

    /** Revokes a token of a person; returns false if there is none that is not revoked. */
    boolean revoke(UUID token, String person, Instant now) {
        return jdbc.sql("update " + schema + ".tokens set revoked_at = ? where id = ? and person = ?"
                                + " and revoked_at is null")
                        .param(Timestamp.from(now))
                        .param(token)
                        .param(person)
                        .update()
                == 1;
    }

    /** Revokes all tokens of a person, and returns how many. */
    int revokeAll(String person, Instant now) {
        return jdbc.sql("update " + schema + ".tokens set revoked_at = ? where person = ? and revoked_at is null")
                .param(Timestamp.from(now))
                .param(person)
                .update();
    }

    void insertLink(String sha256, String person, Instant expiresAt) {
        jdbc.sql("insert into " + schema + ".sign_in_links (sha256, person, expires_at) values (?, ?, ?)")
                .param(sha256)
                .param(person)
                .param(Timestamp.from(expiresAt))
                .update();
    }

    /** Uses a link up, once in all instances, and returns whose it was. */
    Optional<String> useLink(String sha256, Instant now) {
        return jdbc.sql("update " + schema + ".sign_in_links set used_at = ? where sha256 = ? and used_at is null"
                        + " and expires_at > ? returning person")
                .param(Timestamp.from(now))
                .param(sha256)
                .param(Timestamp.from(now))
                .query(String.class)
                .optional();
    }

    private static String[] labels(Set<ConsoleRole> roles) {
        return roles.stream().map(ConsoleRole::label).sorted().toArray(String[]::new);
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    private static Set<ConsoleRole> roles(ResultSet row) throws SQLException {
        List<String> known =
                Arrays.stream(ConsoleRole.values()).map(ConsoleRole::label).toList();
        return texts(row, "roles").stream()
                .filter(known::contains)
                .map(ConsoleRole::of)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Account account(ResultSet row) throws SQLException {
        return new Account(
                row.getString("name"),
                row.getString("password_hash"),
                roles(row),
                texts(row, "approver_groups"),
                row.getBoolean("must_change_password"),
                row.getBoolean("disabled"),
                row.getTimestamp("created_at").toInstant(),
                row.getString("created_by"),
                instant(row, "password_changed_at"),
                row.getString("issuer"));
    }

    private static Token token(ResultSet row) throws SQLException {
        return new Token(
                row.getObject("id", UUID.class),
                row.getString("person"),
                row.getString("label"),
                roles(row),
                texts(row, "approver_groups"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                instant(row, "last_used_at"),
                instant(row, "revoked_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
