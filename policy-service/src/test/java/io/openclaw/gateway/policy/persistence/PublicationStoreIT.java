package io.openclaw.gateway.policy.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.policy.core.Difference;
import io.openclaw.gateway.policy.persistence.PublicationStore.Publication;
import io.openclaw.gateway.policy.persistence.PublicationStore.Source;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class PublicationStoreIT {
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());

    private final Schema schema =
            Schema.migrated("policy", TestInfrastructure.database().dataSource());
    private final PublicationStore store = new PublicationStore(schema, JDBC);
    private final String run = UUID.randomUUID().toString().substring(0, 8);

    private void add(String version, Source source) {
        store.add(new Publication(run + version, RawJson.of("{ \"a\": 1 }"), NOW, "admin", source));
    }

    @Test
    void knowsWhatWasInForceAndInWhichOrder() {
        add("a", Source.FILES);
        add("b", Source.FILES);
        add("a", Source.RESTORED);

        assertThat(store.list(3)).extracting(Publication::version).containsExactly(run + "a", run + "b", run + "a");
        assertThat(store.last(null).orElseThrow().source()).isEqualTo(Source.RESTORED);
        assertThat(store.last(Source.FILES).orElseThrow().version()).isEqualTo(run + "b");
        assertThat(store.lastBut(run + "a").orElseThrow().version()).isEqualTo(run + "b");
        assertThat(store.find(run + "b").orElseThrow().document()).isEqualTo(RawJson.of("{ \"a\": 1 }"));
        assertThat(store.find(run + "c")).isEmpty();
    }

    @Test
    void keepsTheNewestDifferences() {
        var differences = new DifferenceStore(schema, JDBC);
        var one = new Difference(
                run,
                UUID.randomUUID(),
                "demo",
                "jira/get",
                NOW,
                Decision.ALLOW,
                List.of("roles/a/allow:jira/*"),
                Decision.ESCALATE,
                List.of("rules/x", "rules/y"));
        var two = new Difference(
                run,
                UUID.randomUUID(),
                "demo",
                "jira/put",
                NOW,
                Decision.DENY,
                List.of("policy/default-deny"),
                Decision.ALLOW,
                List.of("rules/z"));
        differences.add(List.of(one, two));
        assertThat(differences.list(run, 10)).containsExactly(two, one);
        assertThat(differences.list("another", 10)).isEmpty();
        differences.keepNewest(1);
        assertThat(differences.list(run, 10)).containsExactly(two);
    }
}
