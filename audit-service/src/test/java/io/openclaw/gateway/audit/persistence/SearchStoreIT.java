package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchStoreIT {
    private static final UUID PARENT = UUID.fromString("0190163d-8694-739b-aea5-966c26f8ad91");

    private RecordDatabase record;
    private SearchStore search;

    @BeforeEach
    void fill() {
        record = RecordDatabase.create();
        search = new SearchStore(new Schema("audit"), record.jdbc());
        record.store()
                .add(List.of(
                        event(
                                1,
                                "call.requested",
                                "demo",
                                null,
                                "{\"call\":{\"arguments\":{\"command\":\"terraform destroy\"},"
                                        + "\"identity\":{\"onBehalfOf\":\"alice\"},\"run\":{\"session\":\"s1\",\"run\":\"r1\"},"
                                        + "\"parentCallId\":\"" + PARENT + "\"}}"),
                        event(
                                2,
                                "call.requested",
                                "other",
                                null,
                                "{\"call\":{\"arguments\":{\"command\":\"terraform plan\"}}}"),
                        event(
                                3,
                                "call.completed",
                                "demo",
                                "DENIED",
                                "{\"verdicts\":[{\"stage\":\"VETTING\",\"policyVersion\":\"v9\",\"reasons\":[{\"ruleId\":\"cloud/destroy\",\"severity\":\"CRITICAL\"}]}],\"error\":{\"message\":\"not"
                                        + " that\"}}"),
                        event(
                                4,
                                "approval.changed",
                                "demo",
                                null,
                                "{\"decidedBy\":\"eve\",\"reason\":\"fine by me\"}")));
        while (search.indexSome() > 0) {
            assertThat(search).isNotNull();
        }
    }

    private static RecordedEvent event(
            long offset, String type, String agent, @org.jspecify.annotations.Nullable String outcome, String json) {
        return new RecordedEvent(
                "t",
                0,
                offset,
                type,
                UUID.randomUUID(),
                agent,
                "openclaw",
                "exec",
                outcome,
                RecordDatabase.NOW,
                RawJson.of(json),
                null,
                null);
    }

    private List<Long> offsets(Map<String, String> parameters) {
        return record.store().find(AuditQuery.of(parameters, RecordDatabase.NOW)).stream()
                .map(entry -> entry.recorded().offset())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "words, terraform destroy, 1",
        "words, TERRAFORM, 2 1",
        "words, 'not, that!', 3",
        "words, terrafor, ''",
        "onBehalfOf, alice, 1",
        "onBehalfOf, ALICE, ''",
        "session, s1, 1",
        "run, r1, 1",
        "parent, 0190163D-8694-739B-AEA5-966C26F8AD91, 1",
        "rule, cloud/destroy, 3",
        "severity, critical, 3",
        "stage, vetting, 3",
        "policyVersion, v9, 3",
        "approver, eve, 4"
    })
    void findsEventsByWhatTheyName(String parameter, String value, String offsets) {
        assertThat(offsets(Map.of(parameter, value)))
                .extracting(Object::toString)
                .containsExactly(offsets.isEmpty() ? new String[0] : offsets.split(" "));
    }

    @Test
    void findsWhatMatchesAllThatIsAskedForPageByPage() {
        assertThat(offsets(Map.of("words", "terraform", "agent", "other"))).containsExactly(2L);
        assertThat(offsets(Map.of("words", "terraform", "onBehalfOf", "alice"))).containsExactly(1L);
        assertThat(offsets(Map.of("words", "terraform", "limit", "1"))).containsExactly(2L);
        long id = record.store()
                .find(AuditQuery.of(Map.of("words", "terraform", "limit", "1"), RecordDatabase.NOW))
                .getFirst()
                .id();
        assertThat(offsets(Map.of("words", "terraform", "cursor", Long.toString(id))))
                .containsExactly(1L);
        assertThat(offsets(Map.of("words", "terraform", "until", RecordDatabase.NOW.toString())))
                .isEmpty();
        assertThat(offsets(Map.of(
                        "words",
                        "terraform",
                        "until",
                        RecordDatabase.NOW.plusSeconds(1).toString())))
                .containsExactly(2L, 1L);
    }

    @Test
    void countsByTheHour() {
        assertThat(search.count(
                        SearchStore.By.OUTCOME, RecordDatabase.NOW.minusSeconds(7_200), Duration.ofHours(1), List.of()))
                .singleElement()
                .satisfies(count -> {
                    assertThat(count.name()).isEqualTo("DENIED");
                    assertThat(count.events()).isEqualTo(1);
                    assertThat(count.from()).isEqualTo("2026-11-27T10:00:00Z");
                });
        assertThat(search.count(
                        SearchStore.By.AGENT,
                        RecordDatabase.NOW.minusSeconds(7_200),
                        Duration.ofHours(24),
                        List.of("call.requested")))
                .extracting(SearchStore.Count::name, SearchStore.Count::events)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("demo", 1L),
                        org.assertj.core.groups.Tuple.tuple("other", 1L));
        assertThat(search.count(
                        SearchStore.By.TOOL, RecordDatabase.NOW.plusSeconds(7_200), Duration.ofHours(1), List.of()))
                .isEmpty();
    }

    @Test
    void countsEachEventOnceAndIsMadeAnewWhenItIsEmptied() {
        assertThat(search.indexSome()).isZero();
        record.jdbc().execute("truncate audit.search, audit.stats");
        record.jdbc().execute("update audit.search_state set last_id = 0");
        assertThat(offsets(Map.of("words", "terraform"))).isEmpty();
        assertThat(search.indexSome()).isEqualTo(4);
        assertThat(offsets(Map.of("words", "terraform"))).containsExactly(2L, 1L);
        assertThat(search.count(
                        SearchStore.By.TYPE, RecordDatabase.NOW.minusSeconds(3_600), Duration.ofHours(1), List.of()))
                .extracting(SearchStore.Count::events)
                .containsExactly(2L, 1L, 1L);
    }
}
