package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Second factors and recovery codes in PostgreSQL. */
final class SecondFactorStore {
    private final JdbcClient jdbc;
    private final String schema;

    SecondFactorStore(Schema schema, JdbcClient jdbc) {
        this.schema = schema.name();
        this.jdbc = jdbc;
    }

    /**
     * The second factor of a person.
     *
     * @param secret in Base32 (RFC 4648 section 6)
     * @param lastStep the last step whose code was used
     */
    record Kept(String person, String secret, long lastStep, Instant since) {}

    /** Keeps a second factor with its recovery codes; returns false if the person has one already. */
    boolean insert(Kept factor, List<String> recoverySha256) {
        return jdbc.sql("with kept as (insert into " + schema + ".second_factors (person, secret, last_step, since)"
                                + " values (?, ?, ?, ?) on conflict do nothing returning person)"
                                + " insert into " + schema + ".recovery_codes (person, sha256)"
                                + " select person, unnest(?::text[]) from kept")
                        .param(factor.person())
                        .param(factor.secret())
                        .param(factor.lastStep())
                        .param(Timestamp.from(factor.since()))
                        .param(recoverySha256.toArray(String[]::new))
                        .update()
                > 0;
    }

    Optional<Kept> find(String person) {
        return jdbc.sql("select * from " + schema + ".second_factors where person = ?")
                .param(person)
                .query((row, n) -> new Kept(
                        row.getString("person"),
                        row.getString("secret"),
                        row.getLong("last_step"),
                        row.getTimestamp("since").toInstant()))
                .optional();
    }

    List<String> people() {
        return jdbc.sql("select person from " + schema + ".second_factors order by person")
                .query((row, n) -> row.getString("person"))
                .list();
    }

    /** Uses a step up, once in all instances, and with it those before. */
    boolean useStep(String person, String secret, long step) {
        return jdbc.sql("update " + schema + ".second_factors set last_step = ? where person = ? and secret = ?"
                                + " and last_step < ?")
                        .param(step)
                        .param(person)
                        .param(secret)
                        .param(step)
                        .update()
                == 1;
    }

    /** Uses a recovery code up, once in all instances. */
    boolean useRecoveryCode(String person, String sha256, Instant now) {
        return jdbc.sql("update " + schema + ".recovery_codes set used_at = ? where person = ? and sha256 = ?"
                                + " and used_at is null")
                        .param(Timestamp.from(now))
                        .param(person)
                        .param(sha256)
                        .update()
                == 1;
    }

    /** Puts new recovery codes in the old ones' place; nothing, if the person has no second factor. */
    void replaceRecoveryCodes(String person, List<String> sha256) {
        jdbc.sql("with gone as (delete from " + schema + ".recovery_codes where person = ?)"
                        + " insert into " + schema + ".recovery_codes (person, sha256)"
                        + " select person, unnest(?::text[]) from " + schema + ".second_factors where person = ?")
                .param(person)
                .param(sha256.toArray(String[]::new))
                .param(person)
                .update();
    }

    /** Returns how many recovery codes of a person are not used. */
    int recoveryCodesLeft(String person) {
        return jdbc.sql("select count(*) from " + schema + ".recovery_codes where person = ? and used_at is null")
                .param(person)
                .query(Integer.class)
                .single();
    }

    /** Removes a person's second factor and recovery codes; returns false if there was none. */
    boolean delete(String person) {
        return jdbc.sql("delete from " + schema + ".second_factors where person = ?")
                        .param(person)
                        .update()
                == 1;
    }
}
