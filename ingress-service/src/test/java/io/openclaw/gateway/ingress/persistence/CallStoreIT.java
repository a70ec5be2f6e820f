package io.openclaw.gateway.ingress.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.InputRequested;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.ingress.core.KeyedCall;
import io.openclaw.gateway.ingress.persistence.CallStore.Position;
import io.openclaw.gateway.ingress.persistence.CallStore.StoredCall;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class CallStoreIT {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Schema SCHEMA =
            Schema.migrated("ingress", TestInfrastructure.database().dataSource());
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final Keyring KEYRING = Keyring.generated();
    private static final RawJson ARGUMENTS = RawJson.of("{\"command\":\"ls\"}");

    private final CallStore store = new CallStore(SCHEMA, JDBC, new Redactor());
    private final String agent = "agent-" + UUID.randomUUID();
    private final ToolCall call = Calls.call(agent, "openclaw", "exec", ARGUMENTS, NOW);

    private StoredCall stored() {
        return store.find(call.callId()).orElseThrow();
    }

    private static Received<CallCompleted> end(ToolCall of, Outcome outcome, int partition, long offset) {
        return new Received<>(
                Events.signed(
                        KEYRING,
                        CallCompleted.of(of, List.of(), outcome, null, null, Stage.EXECUTOR, NOW.plusSeconds(5))),
                new ConsumerRecord<>("calls.completed", partition, offset, "key", new byte[0]));
    }

    @Nested
    class ACallThatHasNotEnded {
        @Test
        void isFoundWithoutItsArguments() {
            store.rememberPending(call, null);
            StoredCall stored = stored();
            assertThat(stored.call()).isEqualTo(call.withoutArguments());
            assertThat(stored.outcome()).isNull();
            assertThat(stored.completed()).isNull();
            assertThat(stored.approvalExpiresAt()).isNull();
            assertThat(stored.inputRound()).isNull();
        }

        @Test
        void isFoundWithTheTimeThatAPersonHasToDecide() {
            store.rememberPending(call, NOW.plusSeconds(600));
            assertThat(stored().approvalExpiresAt()).isEqualTo(NOW.plusSeconds(600));
        }

        @Test
        void keepsThatTimeWhenItIsStoredAgainWithoutIt() {
            store.rememberPending(call, null);
            store.rememberPending(call, NOW.plusSeconds(600));
            store.rememberPending(call, null);
            assertThat(stored().approvalExpiresAt()).isEqualTo(NOW.plusSeconds(600));
        }

        @Test
        void isFoundWithWhatItAsksItsClientFor() {
            var form = RawJson.of("{\"method\":\"elicitation/create\"}");
            store.rememberInput(new InputRequested(call, 2, Map.of("branch", form), NOW, null, Map.of()));
            assertThat(stored().inputRound()).isEqualTo(2);
            assertThat(stored().input()).containsExactly(Map.entry("branch", form));
            store.rememberInput(new InputRequested(call, 3, Map.of(), NOW, null, Map.of()));
            assertThat(stored().inputRound()).isEqualTo(3);
            assertThat(stored().input()).isEmpty();
        }

        @Test
        void isStoredWithoutTheSecretsOfItsContext() {
            String secret = "ghp_" + "a1B2".repeat(9);
            ToolCall with =
                    call.showing(null, RawJson.from(Map.of("meta", Map.of("authorization", "Bearer " + secret))));
            store.rememberPending(with, null);
            String row = JDBC.sql("select call::text from ingress.calls where call_id = ?")
                    .param(call.callId())
                    .query(String.class)
                    .single();
            assertThat(row).doesNotContain(secret);
        }

        @Test
        void isFoundByTheRequestOfTheClientThatAskedForItLast() {
            ToolCall second = Calls.call(agent, "openclaw", "exec", ARGUMENTS, NOW.plusSeconds(1));
            for (ToolCall each : List.of(second, call)) {
                store.rememberPending(each, null);
                store.rememberClientRequest(each.callId(), agent + "/7");
            }
            assertThat(store.findByClientRequest(agent + "/7")).contains(second.callId());
            assertThat(store.findByClientRequest(agent + "/8")).isEmpty();
        }

        @Test
        void isUnknownUntilItIsStored() {
            assertThat(store.find(call.callId())).isEmpty();
        }
    }

    @Nested
    class AnEnd {
        @Test
        void isFoundByItsPlace() {
            store.rememberPending(call, null);
            store.rememberEnds(List.of(end(call, Outcome.SUCCEEDED, 3, 77)));
            assertThat(stored().outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(stored().completed()).isEqualTo(new Position(3, 77));
        }

        @Test
        void needsNoBeginning() {
            store.rememberEnds(List.of(end(call, Outcome.DENIED, 0, 1)));
            assertThat(stored().outcome()).isEqualTo(Outcome.DENIED);
            assertThat(stored().call()).isNull();
        }

        @Test
        void isTheFirst() {
            store.rememberEnds(List.of(end(call, Outcome.UNKNOWN, 0, 1), end(call, Outcome.SUCCEEDED, 0, 2)));
            assertThat(stored().completed()).isEqualTo(new Position(0, 1));
            store.rememberEnds(List.of(end(call, Outcome.SUCCEEDED, 0, 3)));
            assertThat(stored().outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(stored().completed()).isEqualTo(new Position(0, 1));
        }

        @Test
        void isNotUndoneByWhatIsReadLate() {
            store.rememberEnds(List.of(end(call, Outcome.SUCCEEDED, 0, 1)));
            store.rememberPending(call, NOW.plusSeconds(600));
            assertThat(stored().outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        @Test
        void comesWithOthers() {
            List<ToolCall> calls = java.util.stream.IntStream.range(0, 50)
                    .mapToObj(i -> call.withCallId(CallIds.next()))
                    .toList();
            store.rememberEnds(calls.stream()
                    .map(each -> end(each, Outcome.FAILED, 1, calls.indexOf(each)))
                    .toList());
            assertThat(calls)
                    .allSatisfy(each -> assertThat(
                                    store.find(each.callId()).orElseThrow().completed())
                            .isEqualTo(new Position(1, calls.indexOf(each))));
        }

        @Test
        void ofNothingChangesNothing() {
            store.rememberEnds(List.of());
            assertThat(store.find(call.callId())).isEmpty();
        }
    }

    @Nested
    class AnIdempotencyKey {
        @Test
        void standsForTheFirstCall() {
            assertThat(store.claimKey(call, "k")).isEqualTo(new KeyedCall("k", call.callId(), call.digest(), false));
            ToolCall again = call.withCallId(CallIds.next());
            assertThat(store.claimKey(again, "k").callId()).isEqualTo(call.callId());
            assertThat(store.find(again.callId())).isEmpty();
        }

        @Test
        void saysThatItsCallHasEnded() {
            store.claimKey(call, "k");
            store.rememberEnds(List.of(end(call, Outcome.SUCCEEDED, 0, 1)));
            assertThat(store.claimKey(call.withCallId(CallIds.next()), "k").ended())
                    .isTrue();
        }

        @Test
        void isItsAgentsOwn() {
            store.claimKey(call, "k");
            ToolCall others = Calls.call("other of " + agent, "openclaw", "exec", ARGUMENTS, NOW);
            assertThat(store.claimKey(others, "k").callId()).isEqualTo(others.callId());
        }
    }

    @Test
    void purgesCallsThatWereRequestedBeforeAnInstant() {
        ToolCall old = Calls.call(agent, "openclaw", "exec", ARGUMENTS, NOW.minusSeconds(1));
        store.rememberPending(old, null);
        store.rememberPending(call, null);
        store.forgetBefore(NOW);
        assertThat(store.find(old.callId())).isEmpty();
        assertThat(store.find(call.callId())).isPresent();
    }
}
