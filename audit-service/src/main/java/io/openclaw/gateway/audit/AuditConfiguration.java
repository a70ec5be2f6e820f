package io.openclaw.gateway.audit;

import io.micrometer.core.instrument.binder.db.PostgreSQLDatabaseMetrics;
import io.openclaw.gateway.audit.core.Recorder;
import io.openclaw.gateway.audit.kafka.AuditTrail;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.persistence.CallStatistics;
import io.openclaw.gateway.audit.web.AuditController;
import io.openclaw.gateway.audit.web.AuditPages;
import io.openclaw.gateway.common.console.LiveUpdates;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The audit service. */
@Configuration(proxyBeanMethods = false)
@Import({AuditController.class, AuditPages.class})
public class AuditConfiguration {

    @Bean
    AuditStore auditStore(DataSource dataSource, JdbcTemplate template) {
        return new AuditStore(Schema.migrated("audit", dataSource), template);
    }

    @Bean
    CallStatistics callStatistics(AuditStore migrated, JdbcClient jdbc) {
        return new CallStatistics(new Schema("audit"), jdbc);
    }

    @Bean
    LiveUpdates recordUpdates(CallStatistics statistics) {
        return new LiveUpdates("record", statistics::last);
    }

    /** Of the database that everything is in, told by the service that fills most of it. */
    @Bean
    PostgreSQLDatabaseMetrics databaseMeters(DataSource dataSource, JdbcClient jdbc) {
        return new PostgreSQLDatabaseMetrics(
                dataSource,
                jdbc.sql("select current_database()").query(String.class).single());
    }

    @Bean
    TopicReader auditTrail(
            AuditStore store, Redactor redactor, EventCodec codec, Topics topics, EventListeners listeners) {
        return new AuditTrail(store, new Recorder(redactor), codec, topics).reader(listeners, topics);
    }
}
