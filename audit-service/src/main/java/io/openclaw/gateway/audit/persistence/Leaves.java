package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.core.tree.Leaf;
import io.openclaw.gateway.audit.core.tree.Leaf.Member;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** Makes leaves of events, as they are written and as they stand in the table. */
final class Leaves {
    /** The columns that {@link #of(Leaf, ResultSet)} reads. */
    static final String COLUMNS =
            "id, topic, topic_partition, topic_offset, event_type, call_id, agent, upstream, tool, outcome,"
                    + " occurred_at, recorded_at, signed_by, signature_problem, event::text as whole";

    private Leaves() {}

    static Leaf of(Leaf leaf, long id, RecordedEvent event, Instant recordedAt) {
        byte[] json = event.event().text().getBytes(StandardCharsets.UTF_8);
        return leaf.begin(id)
                .text(Member.TOPIC, event.topic())
                .number(Member.PARTITION, event.partition())
                .number(Member.OFFSET, event.offset())
                .text(Member.TYPE, event.type())
                .uuid(Member.CALL_ID, event.callId())
                .text(Member.AGENT, event.agent())
                .text(Member.UPSTREAM, event.upstream())
                .text(Member.TOOL, event.tool())
                .text(Member.OUTCOME, event.outcome())
                .time(Member.OCCURRED_AT, micros(event.occurredAt()))
                .time(Member.RECORDED_AT, micros(recordedAt))
                .text(Member.SIGNED_BY, event.signedBy())
                .text(Member.SIGNATURE_PROBLEM, event.signatureProblem())
                .event(json, 0, json.length);
    }

    static Leaf of(Leaf leaf, ResultSet row) throws SQLException {
        byte[] json = row.getString("whole").getBytes(StandardCharsets.UTF_8);
        return leaf.begin(row.getLong("id"))
                .text(Member.TOPIC, row.getString("topic"))
                .number(Member.PARTITION, row.getInt("topic_partition"))
                .number(Member.OFFSET, row.getLong("topic_offset"))
                .text(Member.TYPE, row.getString("event_type"))
                .uuid(Member.CALL_ID, row.getObject("call_id", UUID.class))
                .text(Member.AGENT, row.getString("agent"))
                .text(Member.UPSTREAM, row.getString("upstream"))
                .text(Member.TOOL, row.getString("tool"))
                .text(Member.OUTCOME, row.getString("outcome"))
                .time(Member.OCCURRED_AT, micros(row, "occurred_at"))
                .time(Member.RECORDED_AT, micros(row, "recorded_at"))
                .text(Member.SIGNED_BY, row.getString("signed_by"))
                .text(Member.SIGNATURE_PROBLEM, row.getString("signature_problem"))
                .event(json, 0, json.length);
    }

    private static long micros(ResultSet row, String column) throws SQLException {
        return micros(row.getObject(column, OffsetDateTime.class).toInstant());
    }

    /** Microseconds since 1970, which is what PostgreSQL keeps of a time. */
    static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }
}
