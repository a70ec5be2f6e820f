package io.openclaw.gateway.approval;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.approval.channel.ChannelConfiguration;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.approval.kafka.Approvals;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.GrantStore;
import io.openclaw.gateway.approval.persistence.PeopleStore;
import io.openclaw.gateway.approval.web.ApprovalController;
import io.openclaw.gateway.approval.web.ApprovalPages;
import io.openclaw.gateway.approval.web.Approvers;
import io.openclaw.gateway.approval.web.GrantPages;
import io.openclaw.gateway.common.console.ConsoleJournal;
import io.openclaw.gateway.common.console.LiveUpdates;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The approval service. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ApprovalConfiguration.Properties.class)
@EnableScheduling
@Import({ApprovalController.class, Approvers.class, ApprovalPages.class, GrantPages.class, ChannelConfiguration.class})
public class ApprovalConfiguration {
    private static final String SCHEMA = "approval";

    /**
     * Settings of the approval service.
     *
     * @param expiry how long a person has to decide; the call's deadline can make it shorter
     * @param maxPendingPerAgent how many calls of an agent may wait for a person at once; beyond it they are denied
     */
    @ConfigurationProperties("openclaw.approval")
    public record Properties(
            @DefaultValue("15m") Duration expiry,
            @DefaultValue("200") int maxPendingPerAgent) {}

    @Bean
    ApprovalStore approvalStore(DataSource dataSource, JdbcClient jdbc) {
        return new ApprovalStore(Schema.migrated(SCHEMA, dataSource), jdbc);
    }

    @Bean
    GrantStore grantStore(ApprovalStore migrated, JdbcClient jdbc) {
        return new GrantStore(new Schema(SCHEMA), jdbc);
    }

    @Bean
    PeopleStore peopleStore(ApprovalStore migrated, JdbcClient jdbc) {
        return new PeopleStore(new Schema(SCHEMA), jdbc);
    }

    @Bean
    ApprovalDesk approvalDesk(
            Approvals approvals,
            ApprovalStore store,
            GrantStore grants,
            PeopleStore people,
            ConsoleJournal journal,
            Redactor redactor,
            Clock clock) {
        return new ApprovalDesk(approvals, store, grants, people, journal, redactor, clock);
    }

    @Bean
    LiveUpdates approvalUpdates(ApprovalStore store) {
        return new LiveUpdates("approvals", store::revision);
    }

    @Bean
    Approvals approvals(
            Properties properties,
            ApprovalStore store,
            GrantStore grants,
            EventPublisher publisher,
            DeadLetters deadLetters,
            RecordReader reader,
            Topics topics,
            SignatureChain chain,
            Redactor redactor,
            Clock clock,
            MeterRegistry meters) {
        return new Approvals(
                properties.expiry(),
                properties.maxPendingPerAgent(),
                store,
                grants,
                publisher,
                deadLetters,
                reader,
                topics,
                chain,
                redactor,
                clock,
                meters);
    }

    @Bean
    TopicReader escalatedCallsReader(EventListeners listeners, Approvals approvals) {
        return listeners.batches("openclaw-approval", Topic.CALLS_ESCALATED, CallEscalated.class, approvals::hold);
    }

    @Bean
    TopicReader withdrawnApprovalsReader(EventListeners listeners, Approvals approvals) {
        return listeners.batches(
                "openclaw-approval-withdrawn", Topic.CALLS_WITHDRAWN, CallWithdrawn.class, approvals::cancel);
    }
}
