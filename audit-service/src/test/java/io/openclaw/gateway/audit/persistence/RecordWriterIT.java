package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.common.persistence.Schema;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** The role that writes the record can write it, and nothing else. */
class RecordWriterIT {
    private static final String ROLE = "writer_" + UUID.randomUUID().toString().replace("-", "_");
    private static RecordDatabase record;
    private static RecordWriter writer;

    @BeforeAll
    static void create() {
        record = RecordDatabase.create();
        record.jdbc().execute("create role " + ROLE + " login password 'secret'");
        writer = RecordWriter.of(
                new Schema("audit"), record.jdbc(), record.source().getUrl(), ROLE, "secret");
        record.add(3, 3);
    }

    @AfterAll
    static void close() {
        writer.close();
    }

    @Test
    void writesEventsAndLeavesAlsoThoseThatCameTwice() throws SQLException {
        var store = new AuditStore(new Schema("audit"), record.jdbc(), writer.template());
        List<RecordedEvent> events = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            events.add(record.event(UUID.randomUUID(), "{}"));
        }
        store.add(events.subList(0, 400));
        store.add(events.subList(300, 600));
        assertThat(record.verify(record.checkpoint()).findings()).isEmpty();
        assertThat(record.tree().edge().size()).isEqualTo(603);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit.events set agent = 'other'",
                "delete from audit.events",
                "truncate audit.events",
                "drop table audit.events",
                "alter table audit.events disable trigger events_append_only",
                "alter table audit.events disable trigger all",
                "drop trigger events_append_only on audit.events",
                "drop function audit.refuse_change() cascade",
                "set session_replication_role = replica",
                "alter table audit.events add column more text",
                "create table audit.other (id int)",
                "select event from audit.events",
                "delete from audit.tiles",
                "delete from audit.tree",
                "update audit.tiles set ids = null",
                "drop schema audit cascade",
                "select * from audit.search",
                "create role another superuser"
            })
    void isRefusedEverythingElse(String statement) {
        JdbcTemplate jdbc = writer.template();
        assertThatThrownBy(() -> jdbc.execute(statement))
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .message()
                .containsAnyOf("permission denied", "must be owner of");
    }

    @Test
    void refusesANameThatIsNone() {
        assertThatThrownBy(() -> RecordWriter.of(
                        new Schema("audit"), record.jdbc(), record.source().getUrl(), "x; drop table y", ""))
                .hasMessageContaining("openclaw.record.writer.user");
    }
}
