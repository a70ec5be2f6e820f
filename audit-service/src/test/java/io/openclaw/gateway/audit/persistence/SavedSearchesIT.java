package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.audit.persistence.SavedSearches.SavedSearch;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class SavedSearchesIT {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private final SavedSearches searches = new SavedSearches(
            Schema.migrated("audit", TestInfrastructure.database().dataSource()),
            JdbcClient.create(TestInfrastructure.database().dataSource()));
    private final String person = "p" + UUID.randomUUID();

    private boolean save(String name, String query) {
        return searches.save(person, new SavedSearch(name, query), NOW, 2);
    }

    @Test
    void areAPersonsOwn() {
        save("mine", "agent=a");
        assertThat(searches.of(person)).containsExactly(new SavedSearch("mine", "agent=a"));
        assertThat(searches.of(person + "2")).isEmpty();
        searches.delete(person + "2", "mine");
        assertThat(searches.of(person)).hasSize(1);
        searches.delete(person, "mine");
        assertThat(searches.of(person)).isEmpty();
    }

    @Test
    void areReplacedByNameAndNotMoreThanMayBe() {
        assertThat(save("b", "agent=b")).isTrue();
        assertThat(save("A", "agent=a")).isTrue();
        assertThat(save("c", "agent=c")).isFalse();
        assertThat(save("b", "agent=other")).isTrue();
        assertThat(searches.of(person))
                .containsExactly(new SavedSearch("A", "agent=a"), new SavedSearch("b", "agent=other"));
    }
}
