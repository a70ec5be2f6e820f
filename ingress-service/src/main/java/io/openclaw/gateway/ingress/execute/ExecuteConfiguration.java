package io.openclaw.gateway.ingress.execute;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.execute.core.OfferedTool;
import io.openclaw.gateway.ingress.execute.core.Planner;
import io.openclaw.gateway.ingress.execute.core.PlannerFailedException;
import io.openclaw.gateway.ingress.execute.core.RunDriver;
import io.openclaw.gateway.ingress.execute.core.RunLimits;
import io.openclaw.gateway.ingress.execute.core.Spending;
import io.openclaw.gateway.ingress.execute.kafka.PipelineCalls;
import io.openclaw.gateway.ingress.execute.kafka.RecordedRuns;
import io.openclaw.gateway.ingress.execute.model.ModelSettings;
import io.openclaw.gateway.ingress.execute.persistence.PostgresRuns;
import io.openclaw.gateway.ingress.execute.web.ExecuteController;
import io.openclaw.gateway.ingress.execute.web.ExecuteProblems;
import io.openclaw.gateway.ingress.web.mcp.AgentView;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Puts {@code /execute} together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ExecuteSettings.class, ModelSettings.class})
@Import({ExecuteController.class, ExecuteProblems.class})
public class ExecuteConfiguration {
    private static final Logger log = LoggerFactory.getLogger(ExecuteConfiguration.class);

    @Bean
    Runs runs(
            ExecuteSettings settings,
            ModelSettings model,
            @Qualifier("ingressSchema") Schema schema,
            JdbcClient jdbc,
            DataSource dataSource,
            CallPipeline calls,
            AgentView view,
            PolicyFollower policy,
            EventPublisher publisher,
            GatewayProperties gateway,
            BackgroundWork work,
            MeterRegistry meters,
            Clock clock) {
        Optional<Planner> planner = model.planner();
        log.info(
                "/execute asks {}",
                planner.map(each -> "the model " + each.model()).orElse("nobody: no model is set"));
        var signals = new RunSignals();
        var store = new PostgresRuns(
                schema, jdbc, new TransactionTemplate(new JdbcTransactionManager(dataSource)), signals);
        var record = new RecordedRuns(publisher, meters);
        var steps = new PipelineCalls(
                calls,
                caller -> view.toolsOf(caller).stream()
                        .map(tool -> new OfferedTool(
                                tool.name(),
                                tool.address().upstream(),
                                tool.address().name(),
                                tool.definition().accepted().description(),
                                tool.definition().accepted().inputSchema()))
                        .toList(),
                clock);
        RunLimits.Source limits = (agent, roles) -> policy.current()
                .map(inForce -> RunLimits.of(inForce.document(), settings.limits(), agent, roles))
                .orElse(settings.limits());
        // A process may have the same name after a restart, and must not take its own old leases for its new ones.
        String owner = gateway.instanceName() + "/" + UUID.randomUUID();
        var driver = new RunDriver(
                planner.orElseGet(NoPlanner::new), steps, store, record, limits, settings.driver(), owner, clock);
        return new Runs(
                store,
                driver,
                record,
                steps,
                limits,
                signals,
                settings.concurrency(),
                settings.agentMaxOpen(),
                planner.isPresent(),
                owner,
                work,
                clock);
    }

    /** For runs that are open when a gateway starts again without a model. */
    private static final class NoPlanner implements Planner {
        @Override
        public String model() {
            return "none";
        }

        @Override
        public Reply ask(Question question) throws PlannerFailedException {
            throw new PlannerFailedException("no_model", Runs.NO_MODEL, false, Spending.NONE);
        }
    }
}
