package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Searches that people of the console keep, each for their own. */
public final class SavedSearches {
    private final JdbcClient jdbc;
    private final String searches;

    public SavedSearches(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.searches = schema.name() + ".saved_searches";
    }

    /**
     * A search.
     *
     * @param query the query of the record's page, such as {@code agent=demo&outcome=DENIED}
     */
    public record SavedSearch(String name, String query) {}

    /**
     * Keeps a search; one of the same name is replaced.
     *
     * @param max how many searches a person may keep
     * @return false if the person keeps so many
     */
    public boolean save(String person, SavedSearch search, Instant now, int max) {
        return jdbc.sql("insert into " + searches + " (person, name, query, saved_at) select ?, ?, ?, ? where exists"
                                + " (select from " + searches
                                + " where person = ? and name = ?) or (select count(*) from "
                                + searches + " where person = ?) < ? on conflict (person, name) do update"
                                + " set query = excluded.query, saved_at = excluded.saved_at")
                        .params(person, search.name(), search.query(), Timestamp.from(now))
                        .params(person, search.name(), person, max)
                        .update()
                == 1;
    }

    /** Forgets a search, if there is one of that name. */
    public void delete(String person, String name) {
        jdbc.sql("delete from " + searches + " where person = ? and name = ?")
                .params(person, name)
                .update();
    }

    /** Returns a person's searches, by name. */
    public List<SavedSearch> of(String person) {
        return jdbc.sql("select name, query from " + searches + " where person = ? order by lower(name), name")
                .param(person)
                .query((row, n) -> new SavedSearch(row.getString("name"), row.getString("query")))
                .list();
    }
}
