package io.openclaw.gateway.audit;

import io.openclaw.gateway.audit.core.Recorder;
import io.openclaw.gateway.audit.kafka.AuditTrail;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.web.AuditController;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.listener.MessageListenerContainer;

/** The audit service. */
@Configuration(proxyBeanMethods = false)
@Import(AuditController.class)
public class AuditConfiguration {

    @Bean
    AuditStore auditStore(DataSource dataSource, JdbcTemplate template) {
        return new AuditStore(Schema.migrated("audit", dataSource), template);
    }

    @Bean
    MessageListenerContainer auditTrail(
            AuditStore store, Redactor redactor, EventCodec codec, Topics topics, EventListeners listeners) {
        return new AuditTrail(store, new Recorder(redactor), codec, topics).container(listeners, topics);
    }
}
