package io.openclaw.gateway.audit.core.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.audit.core.tree.Leaf.Member;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.Json;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LeafTest {
    private static final UUID CALL = UUID.fromString("0190163d-8694-739b-aea5-966c26f8ad91");

    private static Leaf leaf(long id, String agent, String json) {
        byte[] event = json.getBytes(UTF_8);
        return new Leaf()
                .begin(id)
                .text(Member.TOPIC, "openclaw.calls.requested")
                .number(Member.PARTITION, 3)
                .number(Member.OFFSET, 77)
                .text(Member.TYPE, "call.requested")
                .uuid(Member.CALL_ID, CALL)
                .text(Member.AGENT, agent)
                .text(Member.UPSTREAM, null)
                .text(Member.TOOL, "exec")
                .text(Member.OUTCOME, null)
                .time(Member.OCCURRED_AT, 1_764_237_600_123_000L)
                .time(Member.RECORDED_AT, -1)
                .text(Member.SIGNED_BY, "ingress")
                .text(Member.SIGNATURE_PROBLEM, null)
                .event(event, 0, event.length);
    }

    @Test
    void isThisText() {
        assertThat(new String(
                        leaf(17, "a\"\\\b\t\n\f\r\u0001é😀/", "{ \"n\":1.0}").bytes(), UTF_8))
                .isEqualTo("{\"v\":1,\"id\":17,\"topic\":\"openclaw.calls.requested\",\"partition\":3,\"offset\":77,"
                        + "\"type\":\"call.requested\",\"callId\":\"0190163d-8694-739b-aea5-966c26f8ad91\","
                        + "\"agent\":\"a\\\"\\\\\\b\\t\\n\\f\\r\\u0001é😀/\",\"upstream\":null,\"tool\":\"exec\",\"outcome\":null,"
                        + "\"occurredAt\":\"2025-11-27T10:00:00.123000Z\",\"recordedAt\":\"1969-12-31T23:59:59.999999Z\","
                        + "\"signedBy\":\"ingress\",\"signatureProblem\":null,\"event\":{ \"n\":1.0}}");
    }

    @Test
    void hashesItsBytes() {
        Leaf leaf = leaf(17, "demo", "{}");
        assertThat(leaf.hash()).isEqualTo(new TreeHasher().leaf(leaf.bytes()));
    }

    @Test
    void growsForLongEventsAndServesAgain() {
        var leaf = new Leaf();
        byte[] event = ("\"" + "x".repeat(1_000_000) + "\"").getBytes(UTF_8);
        assertThat(leaf.begin(1).event(event, 0, event.length).bytes().length)
                .isEqualTo("{\"v\":1,\"id\":1,\"event\":}".length() + event.length);
        assertThat(new String(leaf.begin(2).event(event, 0, 1).bytes(), UTF_8))
                .isEqualTo("{\"v\":1,\"id\":2,\"event\":\"}");
    }

    @Property(tries = 300)
    void textsAreEscapedAsCanonicalJsonDoesAndReadBack(@ForAll String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        String kept = new String(utf8, UTF_8);
        byte[] empty = "{}".getBytes(UTF_8);
        JsonNode read = Json.MAPPER.readTree(new Leaf()
                .begin(1)
                .text(Member.AGENT, text)
                .text(Member.TOOL, utf8, 0, utf8.length)
                .event(empty, 0, 2)
                .bytes());
        assertThat(read.get("agent").asString()).isEqualTo(kept);
        assertThat(read.get("tool").asString()).isEqualTo(kept);
        String leaf = new String(
                new Leaf().begin(1).text(Member.AGENT, kept).event(empty, 0, 2).bytes(), UTF_8);
        String canonical = CanonicalJson.quote(kept);
        assertThat(leaf).isEqualTo("{\"v\":1,\"id\":1,\"agent\":" + canonical + ",\"event\":{}}");
    }

    @Property(tries = 200)
    void isAnotherUnderAnotherId(@ForAll @LongRange(min = 0) long id, @ForAll @LongRange(min = 0) long other) {
        byte[] leaf = leaf(id, "demo", "{}").bytes();
        assertThat(Leaf.renamed(leaf, other))
                .isEqualTo(leaf(other, "demo", "{}").bytes());
    }
}
