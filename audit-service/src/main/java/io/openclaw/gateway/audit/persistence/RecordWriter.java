package io.openclaw.gateway.audit.persistence;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.openclaw.gateway.common.persistence.Schema;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The connections of a role of the database that may add events and their leaves, and can do nothing else: not change or delete an
 * event, nor the table or its trigger, since it owns nothing.
 */
public final class RecordWriter implements AutoCloseable {
    private static final int CONNECTIONS = 2;
    private static final long CONNECTION_TIMEOUT_MILLIS = 5_000;

    private final HikariDataSource connections;

    private RecordWriter(HikariDataSource connections) {
        this.connections = connections;
    }

    /**
     * Lets a role write the record, and connects as it.
     *
     * @param owner connections of the owner of the tables, which grants it what it needs
     * @param url of the database
     * @param user the role; it exists
     * @throws IllegalArgumentException if no role has such a name
     */
    public static RecordWriter of(Schema schema, JdbcTemplate owner, String url, String user, String password) {
        if (!user.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("openclaw.record.writer.user is \"" + user
                    + "\": it is the name of a role, of lower-case letters, digits and underscores");
        }
        for (String grant : grants(schema.name())) {
            owner.execute(grant + " to " + user);
        }
        var config = new HikariConfig();
        config.setPoolName("record-writer");
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
        config.setInitializationFailTimeout(-1);
        return new RecordWriter(new HikariDataSource(config));
    }

    private static List<String> grants(String schema) {
        return List.of(
                "grant usage on schema " + schema,
                "grant insert on " + schema + ".events",
                // What it needs to see whether a record was read before.
                "grant select (topic, topic_partition, topic_offset, occurred_at) on " + schema + ".events",
                "grant usage on sequence " + schema + ".events_id_seq",
                "grant select, update on " + schema + ".tree",
                "grant select, insert on " + schema + ".tiles",
                "grant update (hashes) on " + schema + ".tiles",
                "grant select, insert, delete on " + schema + ".tile_tail");
    }

    /** Returns what runs statements as the role. */
    public JdbcTemplate template() {
        return new JdbcTemplate(connections);
    }

    @Override
    public void close() {
        connections.close();
    }
}
