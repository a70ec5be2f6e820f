package io.openclaw.gateway.executor.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Outbox;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.core.ClaimedCall;
import io.openclaw.gateway.executor.core.Evidence;
import io.openclaw.gateway.executor.core.FairSlots;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import io.openclaw.gateway.executor.upstream.Upstream;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import io.openclaw.gateway.executor.upstream.Upstreams;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaTemplate;

class ExecutionsIT {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final String ME = "executor-test-" + UUID.randomUUID();
    private static final ClaimStore CLAIMS = new ClaimStore(
            Schema.migrated("executor", TestInfrastructure.database().dataSource()),
            JdbcClient.create(TestInfrastructure.database().dataSource()));

    private final VirtualClock clock = new VirtualClock();
    private final AtomicLong nanoTime = new AtomicLong();
    private final Broker broker = new Broker();
    private final Tool slow = new Tool("slow");
    private final Tool fast = new Tool("fast");
    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final Lease lease = new Lease(CLAIMS, ME, nanoTime::get);
    private Executions executions = executions();

    private static final class VirtualClock extends Clock {
        private volatile Instant now = NOW;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    /** An upstream whose calls end when the test says so. */
    private static final class Tool implements Upstream {
        private final String name;
        private final List<UUID> begun = new CopyOnWriteArrayList<>();
        private final Map<UUID, CompletableFuture<Step>> running = new ConcurrentHashMap<>();
        private volatile Function<ToolCall, CompletableFuture<Step>> behaviour;

        Tool(String name) {
            this.name = name;
            this.behaviour = call -> running.computeIfAbsent(call.callId(), id -> new CompletableFuture<>());
        }

        void end(UUID callId) {
            running.computeIfAbsent(callId, id -> new CompletableFuture<>())
                    .complete(new Step.Ended(Answer.succeeded(RawJson.EMPTY_OBJECT)));
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CompletableFuture<Step> run(ToolCall call, Listener listener) {
            listener.beforeAttempt();
            begun.add(call.callId());
            return behaviour.apply(call);
        }

        @Override
        public List<ToolDefinition> tools() {
            return List.of();
        }

        @Override
        public Reachability look() {
            return new Reachability(true, "here");
        }

        @Override
        public void close() {
            running.values().forEach(call -> call.cancel(true));
        }
    }

    private static final class Broker extends MockProducer<String, byte[]> {
        private volatile @Nullable Function<ProducerRecord<String, byte[]>, @Nullable RuntimeException> refuses;

        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(
                ProducerRecord<String, byte[]> record, @Nullable Callback callback) {
            Function<ProducerRecord<String, byte[]>, @Nullable RuntimeException> now = refuses;
            RuntimeException refusal = now == null ? null : now.apply(record);
            if (refusal != null) {
                throw refusal;
            }
            return super.send(record, callback);
        }

        @Override
        public void close(Duration timeout) {
            // A template closes what it was given for one record.
        }
    }

    private Executions executions() {
        var publisher = new EventPublisher(
                new KafkaTemplate<>(() -> broker), new EventCodec("/test", keyring), new Topics("openclaw."), clock);
        var upstreams = new Upstreams(
                List.of(slow, fast),
                name -> null,
                BulkheadRegistry.of(BulkheadConfig.custom()
                        .maxConcurrentCalls(1)
                        .maxWaitDuration(Duration.ofSeconds(30))
                        .build()),
                CircuitBreakerRegistry.ofDefaults(),
                TimeLimiterRegistry.of(TimeLimiterConfig.custom()
                        .timeoutDuration(Duration.ofMinutes(5))
                        .build()),
                RetryRegistry.of(RetryConfig.custom()
                        .maxAttempts(3)
                        .waitDuration(Duration.ofMillis(1))
                        .retryExceptions(UpstreamUnavailableException.class)
                        .build()),
                clock);
        return new Executions(
                new FairSlots(100, 1 << 20, Integer.MAX_VALUE),
                upstreams,
                new Conversations(publisher, clock),
                new Outbox(publisher),
                CLAIMS,
                lease,
                ME,
                clock,
                new SimpleMeterRegistry());
    }

    @BeforeEach
    void isReady() {
        lease.renew();
        use(Freezes.NONE, "{}");
    }

    @AfterEach
    void close() {
        slow.close();
        fast.close();
        executions.close();
    }

    private void use(Freezes freezes, String document) {
        executions.use(new PolicyState(
                new PolicyInForce("v1", RawJson.of(document).as(PolicyDocument.class)),
                null,
                freezes,
                Map.of(),
                Map.of()));
    }

    private void freeze(String scope) {
        use(Freezes.NONE.after(new FreezeChanged(scope, true, "stop it", NOW, "ada", null, Map.of())), "{}");
    }

    private CallCleared cleared(Tool tool, String agent) {
        return new CallCleared(
                chain.seal(Calls.call(agent, tool.name(), "do", RawJson.EMPTY_OBJECT, NOW)), List.of(), Map.of());
    }

    private UUID start(Tool tool, String agent) {
        CallCleared cleared = cleared(tool, agent);
        UUID callId = cleared.call().callId();
        assertThat(executions.hold(cleared)).isTrue();
        assertThat(CLAIMS.claim(List.of(new Position(callId, 0, 0)), ME)).containsExactly(callId);
        executions.start(callId);
        return callId;
    }

    private UUID startedOn(Tool tool) {
        UUID callId = start(tool, "demo");
        await().until(() -> tool.begun.contains(callId));
        return callId;
    }

    private List<CallCompleted> ends(UUID callId) {
        return broker.history().stream()
                .filter(record -> record.topic().endsWith("completed"))
                .map(record -> Json.readEvent(record.value(), CallCompleted.class))
                .filter(end -> end.call().callId().equals(callId))
                .toList();
    }

    private CallCompleted end(UUID callId) {
        await().until(() -> !ends(callId).isEmpty());
        assertThat(ends(callId)).hasSize(1);
        return ends(callId).getFirst();
    }

    @Nested
    class WhileACallWaitsForItsUpstream {
        private final UUID runs = startedOn(slow);
        private final UUID waits = start(slow, "demo");

        @Test
        void itRunsWhenThereIsASlot() {
            slow.end(runs);
            slow.end(waits);
            assertThat(end(runs).outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(end(waits).outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(slow.begun).containsExactly(runs, waits);
        }

        @Test
        void anotherUpstreamHasSlotsOfItsOwn() {
            UUID other = startedOn(fast);
            fast.end(other);
            assertThat(end(other).outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(slow.begun).containsExactly(runs);
        }

        @Test
        void aFreezeStopsItBeforeItStartsEvenIfNobodySweeps() {
            freeze("agent:demo");
            slow.end(runs);
            assertThat(end(waits).outcome()).isEqualTo(Outcome.DENIED);
            assertThat(String.valueOf(end(waits).error())).contains("frozen");
            assertThat(end(runs).outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(slow.begun).containsExactly(runs);
        }

        @Test
        void itsDeadlineEndsItThoughNoSlotIsFree() {
            clock.now = NOW.plusSeconds(60);
            executions.endOverdue();
            assertThat(end(waits).outcome()).isEqualTo(Outcome.EXPIRED);
            assertThat(slow.begun).containsExactly(runs);
        }

        @Test
        void itIsBusyWhenItHasWaitedForTooLong() {
            clock.now = NOW.plusSeconds(31);
            executions.endOverdue();
            assertThat(String.valueOf(end(waits).error())).contains("upstream_busy");
        }

        @Test
        void aWithdrawalCancelsItAtOnceAndItNeverStarts() {
            executions.withdraw(waits);
            assertThat(end(waits).outcome()).isEqualTo(Outcome.CANCELLED);
            slow.end(runs);
            assertThat(end(runs).outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(slow.begun).containsExactly(runs);
        }

        @Test
        void itIsGivenBackWhenTheExecutorStopsAndTheOneThatRunsIsNot() {
            executions.giveBackWaiting();
            CLAIMS.renew("successor");
            assertThat(CLAIMS.takeOver("successor"))
                    .filteredOn(left -> left.position().callId().equals(waits))
                    .singleElement()
                    .matches(ClaimStore.Unfinished::givenBack);
            assertThat(CLAIMS.isMine(runs, ME)).isTrue();
        }
    }

    @Test
    void aWithdrawalBetweenTheClaimAndTheStartPreventsTheStart() {
        CallCleared cleared = cleared(fast, "demo");
        UUID callId = cleared.call().callId();
        executions.hold(cleared);
        CLAIMS.claim(List.of(new Position(callId, 0, 0)), ME);
        executions.withdraw(callId);
        executions.start(callId);
        assertThat(end(callId).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(fast.begun).isEmpty();
    }

    /** Its upstream cannot stop it: the agent is told the outcome that it has, and not that it was cancelled. */
    @Test
    void aWithdrawalOfACallThatRunsLeavesItsOutcomeAsItIs() {
        UUID callId = startedOn(fast);
        executions.withdraw(callId);
        assertThat(ends(callId)).isEmpty();
        fast.end(callId);
        assertThat(end(callId).outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    @Test
    void aWithdrawalOfACallThatHasEndedChangesNothing() {
        UUID callId = startedOn(fast);
        fast.end(callId);
        assertThat(end(callId).outcome()).isEqualTo(Outcome.SUCCEEDED);
        executions.withdraw(callId);
        assertThat(ends(callId)).hasSize(1);
        assertThat(CLAIMS.endUnclaimed(callId, ME, Outcome.CANCELLED)).isFalse();
    }

    @Test
    void aRecordThatComesAgainWhileItsCallRunsStartsNothing() {
        UUID callId = startedOn(fast);
        CallCleared again = new CallCleared(
                chain.seal(Calls.call("demo", "fast", "do", RawJson.EMPTY_OBJECT, NOW)
                        .withCallId(callId)),
                List.of(),
                Map.of());
        assertThat(executions.hold(again)).isFalse();
        executions.start(callId);
        fast.end(callId);
        end(callId);
        assertThat(fast.begun).containsExactly(callId);
    }

    @Test
    void aFreezeBetweenTwoAttemptsStopsTheSecond() {
        use(Freezes.NONE, "{\"upstreams\":[{\"name\":\"fast\",\"readOnly\":[\"*\"]}]}");
        fast.behaviour = call -> {
            freeze("upstream:fast");
            return CompletableFuture.failedFuture(
                    new UpstreamUnavailableException("no answer", true, new IllegalStateException()));
        };
        UUID callId = start(fast, "demo");
        assertThat(end(callId).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(String.valueOf(end(callId).error())).contains("frozen");
        assertThat(fast.begun).containsExactly(callId);
    }

    @Test
    void aCallThatIsTakenOverIsNotRepeatedAfterItsDeadline() {
        CallCleared cleared = cleared(fast, "demo");
        clock.now = NOW.plusSeconds(60);
        executions.takeOver(cleared, ClaimedCall.ofAnEndedProcess(cleared.call(), false));
        assertThat(end(cleared.call().callId()).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(fast.begun).isEmpty();
    }

    @Test
    void anErrorInAnUpstreamEndsTheCall() {
        fast.behaviour = call -> {
            throw new StackOverflowError("deep");
        };
        UUID callId = start(fast, "demo");
        assertThat(end(callId).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(String.valueOf(end(callId).error())).contains("deep");
    }

    @Test
    void anEndThatTheBrokerDoesNotTakeIsPublishedWhenItDoes() {
        broker.refuses = record -> new TimeoutException("no broker");
        UUID callId = startedOn(fast);
        fast.end(callId);
        assertThat(executions.isIdle()).isFalse();
        broker.refuses = null;
        assertThat(end(callId).outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    @Test
    void anEndThatIsTooLargeForTheBrokerIsReplacedByOneThatSaysSo() {
        broker.refuses =
                record -> Json.readEvent(record.value(), CallCompleted.class).result() != null
                        ? new RecordTooLargeException("5 MB")
                        : null;
        UUID callId = startedOn(fast);
        fast.end(callId);
        assertThat(end(callId).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(String.valueOf(end(callId).error())).contains("result_too_large");
    }

    @Nested
    class WhenARecordIsRead {
        private final ClearedCalls calls = new ClearedCalls(
                new DeadLetters(new KafkaTemplate<>(() -> broker), new Topics("openclaw."), new SimpleMeterRegistry()),
                new Evidence(chain),
                CLAIMS,
                executions,
                ME);

        private CallCleared allowed() {
            ToolCall call = chain.seal(Calls.call("demo", "fast", "do", RawJson.EMPTY_OBJECT, NOW));
            List<Verdict> verdicts = List.of();
            for (Stage stage : List.of(Stage.POLICY, Stage.VETTING)) {
                verdicts = chain.append(
                        call, verdicts, Verdict.of(stage, Decision.ALLOW, List.of(), stage.label(), NOW, "v1"));
            }
            return new CallCleared(call, verdicts, Map.of());
        }

        private void read(CallCleared... some) {
            calls.claim(Arrays.stream(some)
                    .map(cleared -> new Received<>(Events.signed(keyring, cleared), Events.record(keyring, cleared, 0)))
                    .toList());
        }

        private long deadLetters() {
            return broker.history().stream()
                    .filter(record -> record.topic().endsWith("dead-letter"))
                    .count();
        }

        @Test
        void itsCallIsClaimedAndRunOnceHoweverOftenItComes() {
            CallCleared cleared = allowed();
            read(cleared, cleared);
            read(cleared);
            fast.end(cleared.call().callId());
            assertThat(end(cleared.call().callId()).outcome()).isEqualTo(Outcome.SUCCEEDED);
            read(cleared);
            assertThat(fast.begun).containsExactly(cleared.call().callId());
        }

        @Test
        void aCallWhoseClaimWasCommittedWhileTheAnswerWasLostIsRun() {
            CallCleared cleared = allowed();
            CLAIMS.claim(List.of(new Position(cleared.call().callId(), 0, 0)), ME);
            read(cleared);
            fast.end(cleared.call().callId());
            assertThat(end(cleared.call().callId()).outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        @Test
        void aRecordThatComesAgainAfterTheDeadlineDoesNotEndTheCallThatRuns() {
            CallCleared cleared = allowed();
            read(cleared);
            await().until(() -> !fast.begun.isEmpty());
            clock.now = NOW.plusSeconds(100);
            read(cleared);
            fast.end(cleared.call().callId());
            assertThat(end(cleared.call().callId()).outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        @Test
        void aRecordWithoutTheVerdictsEndsACallThatNobodyHasClaimedAndNoOther() {
            CallCleared cleared = allowed();
            var forged = new CallCleared(cleared.call(), List.of(), Map.of());
            read(cleared);
            read(forged);
            assertThat(deadLetters()).isEqualTo(1);
            fast.end(cleared.call().callId());
            assertThat(end(cleared.call().callId()).outcome()).isEqualTo(Outcome.SUCCEEDED);

            CallCleared another = allowed();
            read(new CallCleared(another.call(), List.of(), Map.of()));
            assertThat(end(another.call().callId()).outcome()).isEqualTo(Outcome.DENIED);
            read(another);
            assertThat(fast.begun).containsExactly(cleared.call().callId());
        }

        @Test
        void aCallThatAnotherStageEndedIsNotRun() {
            CallCleared cleared = allowed();
            CLAIMS.endedElsewhere(Map.of(cleared.call().callId(), Outcome.DENIED));
            read(cleared);
            assertThat(executions.isHeld(cleared.call().callId())).isFalse();
            assertThat(fast.begun).isEmpty();
        }
    }

    @Nested
    class AfterAStandstill {

        @Test
        void whatAnotherHasTakenOverIsNeitherStartedNorEndedHere() {
            UUID runs = startedOn(slow);
            UUID waits = start(slow, "demo");
            takeOverByAnother(runs, waits);
            nanoTime.addAndGet(Duration.ofSeconds(30).toNanos());
            slow.end(runs);
            await().until(() -> !executions.isHeld(runs) && !executions.isHeld(waits));
            assertThat(slow.begun).containsExactly(runs);
            assertThat(ends(runs)).isEmpty();
            assertThat(ends(waits)).isEmpty();
        }

        @Test
        void whatNobodyHasTakenOverGoesOn() {
            UUID runs = startedOn(slow);
            UUID waits = start(slow, "demo");
            nanoTime.addAndGet(Duration.ofSeconds(30).toNanos());
            slow.end(runs);
            slow.end(waits);
            assertThat(end(runs).outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(end(waits).outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        private void takeOverByAnother(UUID... calls) {
            JdbcClient.create(TestInfrastructure.database().dataSource())
                    .sql("update executor.claims set claimed_by = 'another' where call_id = any(?::uuid[])")
                    .param(List.of(calls).stream().map(UUID::toString).toArray(String[]::new))
                    .update();
        }
    }

    @Test
    void whatIsMarkedAsEndedIsHeldNoLonger() throws InterruptedException {
        UUID callId = startedOn(fast);
        fast.end(callId);
        end(callId);
        await().until(() -> {
            executions.markEnded();
            return executions.isIdle();
        });
        assertThat(CLAIMS.isMine(callId, ME)).isFalse();
    }
}
