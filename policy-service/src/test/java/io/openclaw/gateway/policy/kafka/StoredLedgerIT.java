package io.openclaw.gateway.policy.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.kafka.TransientFailureException;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.policy.core.Charge;
import io.openclaw.gateway.policy.persistence.ChargeStore;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A database that goes away while calls are decided. */
class StoredLedgerIT {
    private static final Schema SCHEMA =
            Schema.migrated("policy", TestInfrastructure.database().dataSource());

    private boolean isAway;
    private final JdbcClient jdbc = JdbcClient.create(
            new DelegatingDataSource(TestInfrastructure.database().dataSource()) {
                @Override
                public Connection getConnection() throws SQLException {
                    if (isAway) {
                        throw new SQLException("the database is away");
                    }
                    return super.getConnection();
                }
            });
    private final StoredLedger ledger = new StoredLedger(new ChargeStore(SCHEMA, jdbc), Clock.systemUTC(), () -> {});
    private final String agent = "agent-" + UUID.randomUUID();

    private Charge charge() {
        Instant now = Instant.now();
        return new Charge("m", agent, UUID.randomUUID(), now, 1, now);
    }

    private int written() {
        return jdbc.sql("select count(*) from policy.charges where agent = ?")
                .param(agent)
                .query(Integer.class)
                .single();
    }

    @Test
    void makesTheBatchComeAgainAndPutsNoCallAside() {
        isAway = true;
        assertThatThrownBy(() -> ledger.of(agent)).isInstanceOf(TransientFailureException.class);
        isAway = false;
        assertThat(ledger.of(agent)).isNotNull();
    }

    @Test
    void losesNoChargeThatCouldNotBeWrittenYet() {
        ledger.charge(List.of(charge()));
        isAway = true;
        assertThatThrownBy(ledger::write).isInstanceOf(DataAccessException.class);
        ledger.charge(List.of(charge()));
        isAway = false;
        ledger.write();
        assertThat(written()).isEqualTo(2);
        ledger.write();
        assertThat(written()).isEqualTo(2);
    }
}
