package io.openclaw.gateway.vetting;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.policy.AgentPlaces;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.vetting.file.RulesInForce;
import io.openclaw.gateway.vetting.judge.Judge;
import io.openclaw.gateway.vetting.judge.JudgeSettings;
import io.openclaw.gateway.vetting.judge.JudgementCache;
import io.openclaw.gateway.vetting.judge.RecentCalls;
import io.openclaw.gateway.vetting.judge.RefusedQuestions;
import io.openclaw.gateway.vetting.judge.Settlement;
import io.openclaw.gateway.vetting.kafka.SuspectedCalls;
import io.openclaw.gateway.vetting.kafka.VettingStage;
import io.openclaw.gateway.vetting.web.VettingWeb;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** The vetting service. */
@Configuration(proxyBeanMethods = false)
@EnableScheduling
@EnableConfigurationProperties(JudgeSettings.class)
@Import(VettingWeb.class)
public class VettingConfiguration {
    private static final Logger log = LoggerFactory.getLogger(VettingConfiguration.class);
    private static final String JUDGE_GROUP = "openclaw-judge";
    /** The longest that the broker lets a record be held; two questions to a model fit in. */
    private static final Duration LOCK = Duration.ofSeconds(60);

    /** The model lane, which is there when there is a model. */
    record ModelLane(Optional<Judge> judge) {}

    /** Reads the directory of rules again every second. */
    record RulesRefresh(RulesInForce rules) {
        @Scheduled(fixedDelay = 1_000)
        void refresh() {
            rules.refresh();
        }
    }

    @Bean
    RulesInForce rulesInForce(
            @Value("${openclaw.vetting.rules-directory:}") String directory,
            @Value("${openclaw.vetting.own-paths:}") List<String> ownPaths) {
        // What deploy/run starts from lies in the working directory.
        List<Path> own = Stream.concat(ownPaths.stream(), Stream.of(".env", "deploy"))
                .filter(path -> !path.isBlank())
                .map(Path::of)
                .toList();
        return new RulesInForce(directory.isBlank() ? null : Path.of(directory), own);
    }

    @Bean
    RulesRefresh rulesRefresh(RulesInForce rules) {
        return new RulesRefresh(rules);
    }

    @Bean
    RecentCalls recentCalls() {
        return new RecentCalls();
    }

    @Bean
    ModelLane modelLane(JudgeSettings settings, MeterRegistry meters, Clock clock) {
        var lane = new ModelLane(settings.judge(meters, clock));
        log.info(
                "calls that rules cannot tell go to {}",
                lane.judge().map(judge -> "the model " + judge.models()).orElse("a person: no model is set"));
        return lane;
    }

    @Bean
    AgentPlaces agentPlaces() {
        return new AgentPlaces();
    }

    @Bean
    TopicReader vettingStage(
            EventListeners listeners,
            RulesInForce rules,
            StageStep step,
            ModelLane lane,
            RecentCalls recent,
            PolicyFollower policy,
            AgentPlaces places,
            Redactor redactor,
            GatewayProperties properties,
            Clock clock,
            MeterRegistry meters) {
        var stage = new VettingStage(
                rules,
                step,
                lane.judge().isPresent(),
                recent,
                call -> placeOf(call, policy, places),
                redactor,
                "vetting-" + properties.instanceName(),
                clock,
                meters);
        return listeners.stage("openclaw-vetting", Topic.CALLS_AUTHORIZED, CallAuthorized.class, stage);
    }

    @Bean
    SmartLifecycle suspectedCalls(
            ModelLane lane,
            JudgeSettings settings,
            EventListeners listeners,
            StageStep step,
            RulesInForce rules,
            RecentCalls recent,
            PolicyFollower policy,
            AgentPlaces places,
            Redactor redactor,
            GatewayProperties properties,
            Clock clock) {
        if (lane.judge().isEmpty()) {
            return new Idle();
        }
        var handler = new SuspectedCalls(
                step,
                new Settlement(
                        lane.judge().get(),
                        new JudgementCache(clock),
                        new RefusedQuestions(clock),
                        rules,
                        recent,
                        agent -> rolesOf(agent, policy),
                        call -> placeOf(call, policy, places),
                        redactor,
                        "judge-" + properties.instanceName(),
                        clock),
                clock);
        return listeners.workQueue(
                JUDGE_GROUP, Topic.CALLS_SUSPECT, CallSuspected.class, settings.concurrency(), LOCK, handler);
    }

    private static List<String> rolesOf(String agent, PolicyFollower policy) {
        return policy.current().stream()
                .flatMap(inForce -> inForce.document().agents().stream())
                .filter(known -> known.id().equals(agent))
                .map(PolicyDocument.Agent::roles)
                .findFirst()
                .orElse(List.of());
    }

    private static AgentPlace placeOf(ToolCall call, PolicyFollower policy, AgentPlaces places) {
        return policy.current()
                .map(inForce ->
                        places.of(inForce, call.agent(), call.identified().roles()))
                .orElse(AgentPlace.NONE);
    }

    /** Nothing to start: there is no model. */
    private static final class Idle implements SmartLifecycle {
        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }
}
