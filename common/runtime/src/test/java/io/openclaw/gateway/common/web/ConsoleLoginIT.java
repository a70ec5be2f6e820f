package io.openclaw.gateway.common.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.console.AccountStore;
import io.openclaw.gateway.common.console.Accounts;
import io.openclaw.gateway.common.console.ConsoleRole;
import io.openclaw.gateway.common.console.SecondFactors;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** Passwords, tokens and second factors together, with a database that can be away. */
class ConsoleLoginIT {
    private boolean isAway;
    private final JdbcClient jdbc = JdbcClient.create(
            new DelegatingDataSource(TestInfrastructure.database().dataSource()) {
                @Override
                public Connection getConnection() throws SQLException {
                    if (isAway) {
                        throw new SQLException("away");
                    }
                    return super.getConnection();
                }
            });
    private final Schema schema =
            Schema.migrated("console", TestInfrastructure.database().dataSource());
    private final Accounts accounts = new Accounts(new AccountStore(schema, jdbc), Clock.systemUTC());
    private final String name = "p" + UUID.randomUUID();
    private final ConsoleLogin login = new ConsoleLogin(
            new GatewayProperties.Console(
                    name,
                    "secret",
                    List.of("*"),
                    Map.of(),
                    Duration.ofMinutes(30),
                    Duration.ofHours(12),
                    new GatewayProperties.Oidc(null, "", "", List.of(), "", "", "", Map.of()),
                    Map.of()),
            new SignInThrottle(Clock.systemUTC()),
            SignInThrottle.ofCodes(Clock.systemUTC()),
            Optional.of(accounts),
            Optional.of(SecondFactors.in(schema, jdbc, Clock.systemUTC())),
            failed -> {});

    private Authentication signIn(String password) {
        return login.authenticate(UsernamePasswordAuthenticationToken.unauthenticated(name, password));
    }

    private void setUp() {
        jdbc.sql("insert into console.second_factors (person, secret, last_step, since) values (?, ?, 0, now())")
                .param(name)
                .param("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
                .update();
    }

    @Test
    void thePasswordAloneIsNotEnoughWithASecondFactorAndATokenIs() {
        String token = accounts.issueToken(name, "script", Set.of(ConsoleRole.AUDITOR), List.of(), Duration.ofDays(1))
                .text();
        assertThat(signIn("secret").isAuthenticated()).isTrue();
        setUp();

        assertThatThrownBy(() -> signIn("secret"))
                .isInstanceOfSatisfying(
                        ConsoleLogin.SecondFactorNeededException.class,
                        needed -> assertThat(needed.person()).isEqualTo(name));

        assertThatThrownBy(() -> signIn("wrong")).isInstanceOf(BadCredentialsException.class);
        assertThat(signIn(token).isAuthenticated()).isTrue();
        login.requirePassword(name, "secret", "192.0.2.1");
        assertThatThrownBy(() -> login.requireCode(name, "000000", "192.0.2.1"))
                .isInstanceOf(BadCredentialsException.class);
    }

    @Test
    void theLastAnswerIsGoodWhileTheDatabaseIsAway() {
        isAway = true;
        assertThatThrownBy(() -> signIn("secret")).as("nobody asked before").isInstanceOf(DataAccessException.class);
        isAway = false;
        assertThat(signIn("secret").isAuthenticated()).isTrue();
        isAway = true;
        assertThat(signIn("secret").isAuthenticated()).isTrue();
        isAway = false;
        setUp();
        assertThatThrownBy(() -> signIn("secret")).isInstanceOf(ConsoleLogin.SecondFactorNeededException.class);
        isAway = true;
        assertThatThrownBy(() -> signIn("secret")).isInstanceOf(ConsoleLogin.SecondFactorNeededException.class);
    }
}
