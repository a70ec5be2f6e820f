package io.openclaw.gateway.audit;

import io.micrometer.core.instrument.binder.db.PostgreSQLDatabaseMetrics;
import io.openclaw.gateway.audit.core.Recorder;
import io.openclaw.gateway.audit.core.tree.Checkpoints;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.file.CheckpointFiles;
import io.openclaw.gateway.audit.kafka.AuditTrail;
import io.openclaw.gateway.audit.kafka.CheckpointPublisher;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.persistence.CallStatistics;
import io.openclaw.gateway.audit.persistence.RecordWriter;
import io.openclaw.gateway.audit.persistence.SavedSearches;
import io.openclaw.gateway.audit.persistence.SearchStore;
import io.openclaw.gateway.audit.persistence.TreeStore;
import io.openclaw.gateway.audit.web.AuditController;
import io.openclaw.gateway.audit.web.AuditPages;
import io.openclaw.gateway.audit.web.ExportController;
import io.openclaw.gateway.audit.web.ProofController;
import io.openclaw.gateway.audit.web.ReadingJournal;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.console.ConsoleJournal;
import io.openclaw.gateway.common.console.LiveUpdates;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The audit service. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RecordProperties.class)
@Import({AuditController.class, ExportController.class, ProofController.class, AuditPages.class})
public class AuditConfiguration {

    private static final Logger log = LoggerFactory.getLogger(AuditConfiguration.class);

    @Bean
    AuditStore auditStore(DataSource dataSource, JdbcTemplate template, Optional<RecordWriter> writer) {
        Schema schema = Schema.migrated("audit", dataSource);
        new AuditStore(schema, template).adopt();
        return new AuditStore(
                schema, template, writer.map(RecordWriter::template).orElse(template));
    }

    /** The connections of the role that only adds to the record, if there is one. */
    @Bean
    @ConditionalOnProperty("openclaw.record.writer.user")
    RecordWriter recordWriter(
            DataSource dataSource, JdbcTemplate template, RecordProperties record, DataSourceProperties database) {
        return RecordWriter.of(
                Schema.migrated("audit", dataSource),
                template,
                database.determineUrl(),
                record.writer().user(),
                record.writer().password());
    }

    @Bean
    TreeStore treeStore(AuditStore migrated, JdbcTemplate template) {
        return new TreeStore(new Schema("audit"), template);
    }

    @Bean
    Checkpoints checkpoints(
            RecordProperties record, GatewayProperties gateway, TreeStore tree, EventPublisher publisher, Clock clock) {
        List<NoteKey> keys = record.noteKeys();
        if (keys.isEmpty()) {
            log.warn("openclaw.record.keys is not set: no checkpoints of the record are signed, so that a rewritten"
                    + " record does not show; deploy/keys makes a key");
        }
        var files = new CheckpointFiles(record.directory());
        if (!keys.isEmpty()) {
            files.publish(keys);
        }
        return new Checkpoints(
                record.origin(),
                keys,
                tree,
                files.last(keys),
                List.of(files, new CheckpointPublisher(publisher, gateway.instanceName())),
                clock);
    }

    /** Has the record signed while it grows. A record that was rewritten is a problem in the health. */
    @Bean
    RecordLoop checkpointLoop(Checkpoints checkpoints, RecordProperties record, BackgroundWork work) {
        return new RecordLoop("record-checkpoints", record.checkpointEvery(), work, checkpoints::renew);
    }

    @Bean
    CallStatistics callStatistics(AuditStore migrated, JdbcClient jdbc) {
        return new CallStatistics(new Schema("audit"), jdbc);
    }

    @Bean
    SavedSearches savedSearches(AuditStore migrated, JdbcClient jdbc) {
        return new SavedSearches(new Schema("audit"), jdbc);
    }

    @Bean
    SearchStore searchStore(AuditStore migrated, JdbcTemplate template) {
        return new SearchStore(new Schema("audit"), template);
    }

    /** Makes events findable about a second after they are recorded. */
    @Bean
    RecordLoop searchLoop(SearchStore search, BackgroundWork work) {
        return new RecordLoop("record-search", Duration.ofMillis(500), work, () -> {
            while (search.indexSome() > 0 && !Thread.currentThread().isInterrupted()) {
                log.debug("there was more to make findable");
            }
        });
    }

    @Bean
    WebMvcConfigurer readingJournal(ConsoleJournal journal, Clock clock) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new ReadingJournal(journal, clock)).addPathPatterns(ReadingJournal.PATHS);
            }
        };
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
