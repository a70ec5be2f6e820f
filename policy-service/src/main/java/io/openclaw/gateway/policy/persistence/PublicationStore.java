package io.openclaw.gateway.policy.persistence;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Every policy that was in force. */
public final class PublicationStore {
    private final JdbcClient jdbc;
    private final String publications;

    public PublicationStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.publications = schema.name() + ".publications";
    }

    /** Where a policy came from. */
    public enum Source {
        FILES,
        RESTORED
    }

    /** A policy, and since when it was in force. */
    public record Publication(
            String version, RawJson document, Instant publishedAt, String publishedBy, Source source) {}

    /** Adds the policy that is in force from now on. */
    public void add(Publication publication) {
        jdbc.sql("insert into " + publications + " (version, document, published_at, published_by, source)"
                        + " values (?, cast(? as json), ?, ?, ?)")
                .param(publication.version())
                .param(publication.document().text())
                .param(Timestamp.from(publication.publishedAt()))
                .param(publication.publishedBy())
                .param(publication.source().name())
                .update();
    }

    /** Returns the last policy, of a source if one is given. */
    public Optional<Publication> last(@Nullable Source source) {
        return find(
                        "where (cast(? as text) is null or source = ?) order by id desc limit 1",
                        name(source),
                        name(source))
                .stream()
                .findFirst();
    }

    /** Returns the last policy of another version. */
    public Optional<Publication> lastBut(String version) {
        return find("where version <> ? order by id desc limit 1", version).stream()
                .findFirst();
    }

    /** Returns the last policy of a version. */
    public Optional<Publication> find(String version) {
        return find("where version = ? order by id desc limit 1", version).stream()
                .findFirst();
    }

    /** Returns the last policies, newest first. */
    public List<Publication> list(int limit) {
        return find("order by id desc limit ?", limit);
    }

    private List<Publication> find(String condition, @Nullable Object... parameters) {
        var statement = jdbc.sql("select * from " + publications + " " + condition);
        for (Object parameter : parameters) {
            statement = statement.param(parameter);
        }
        return statement
                .query((row, n) -> new Publication(
                        row.getString("version"),
                        RawJson.of(row.getString("document")),
                        row.getTimestamp("published_at").toInstant(),
                        row.getString("published_by"),
                        Source.valueOf(row.getString("source"))))
                .list();
    }

    private static @Nullable String name(@Nullable Source source) {
        return source == null ? null : source.name();
    }
}
