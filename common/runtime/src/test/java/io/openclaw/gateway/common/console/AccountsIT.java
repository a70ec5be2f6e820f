package io.openclaw.gateway.common.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.openclaw.gateway.common.console.AccountStore.Token;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.MutableClock;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class AccountsIT {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Schema SCHEMA =
            Schema.migrated("console", TestInfrastructure.database().dataSource());

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-24T10:00:00Z"));
    private final Accounts accounts = new Accounts(new AccountStore(SCHEMA, JDBC), clock);
    private final String name = "p" + UUID.randomUUID();

    @Test
    void keepsPasswordsAsArgon2Hashes() {
        String password = accounts.create(name, Set.of(ConsoleRole.APPROVER), List.of("leads"), "admin");
        Account account = accounts.find(name).orElseThrow();
        assertThat(account.passwordHash())
                .startsWith("{argon2@SpringSecurity_v5_8}$argon2id$")
                .doesNotContain(password);
        assertThat(account.mustChangePassword()).isTrue();
        assertThat(account.groups()).containsExactly("leads");
        accounts.changePassword(name, "correct horse battery");
        assertThat(accounts.find(name).orElseThrow().mustChangePassword()).isFalse();
        accounts.reset(name);
        assertThat(accounts.find(name).orElseThrow().mustChangePassword()).isTrue();
    }

    private Optional<String> admit(String as, String subject) {
        return accounts.admit(as, "https://idp.example", subject, Set.of(ConsoleRole.VIEWER), List.of());
    }

    /** A provider may give a name that somebody left to somebody else; a subject it may not (OpenID Connect Core, section 5.7). */
    @Test
    void aPersonOfAProviderIsToldBySubjectAndNotByName() {
        assertThat(admit(name, name + "-1")).contains(name);
        assertThat(admit(name, name + "-1")).contains(name);
        assertThat(admit(name, name + "-2")).isEmpty();
        // Whose name changes there stays the same account here.
        assertThat(admit(name + "-new", name + "-1")).contains(name);
        assertThat(accounts.find(name + "-new")).isEmpty();
        assertThat(accounts.admit(name, "https://other.example", name + "-1", Set.of(ConsoleRole.VIEWER), List.of()))
                .isEmpty();
    }

    @Test
    void anAccountFromBeforeSubjectsBelongsToTheFirstWhoHasItsName() {
        admit(name, name + "-1");
        JDBC.sql("update console.accounts set subject = null where name = ?")
                .param(name)
                .update();
        assertThat(admit(name, name + "-3")).contains(name);
        assertThat(admit(name, name + "-1")).isEmpty();
    }

    @Test
    void aLocalAccountIsNobodysOfAProvider() {
        accounts.create(name, Set.of(ConsoleRole.VIEWER), List.of(), "admin");
        assertThat(admit(name, name + "-1")).isEmpty();
    }

    @Test
    void twoFirstSignInsAtOnceMakeOneAccount() throws Exception {
        try (var both = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 20; round++) {
                String subject = name + "-" + round;
                List<Callable<Optional<String>>> tries =
                        List.of(() -> admit(subject + "-a", subject), () -> admit(subject + "-b", subject));
                List<Future<Optional<String>>> answers = both.invokeAll(tries);
                assertThat(answers.get(0).get())
                        .isPresent()
                        .isEqualTo(answers.get(1).get());
            }
        }
    }

    @Test
    void refusesNamesPasswordsRolesAndGroupsThatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> accounts.create("a b", Set.of(ConsoleRole.VIEWER), List.of(), "admin"));
        assertThatIllegalArgumentException().isThrownBy(() -> accounts.create(name, Set.of(), List.of(), "admin"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> accounts.create(name, Set.of(ConsoleRole.VIEWER), List.of("a b"), "admin"))
                .withMessageContaining("a b");
        accounts.create(name, Set.of(ConsoleRole.VIEWER), List.of(), "admin");
        assertThatIllegalStateException()
                .isThrownBy(() -> accounts.create(name, Set.of(ConsoleRole.VIEWER), List.of(), "admin"));
        for (String weak : List.of("short", "aaaaaaaaaaaaaaaa", name + "1")) {
            assertThatIllegalArgumentException().isThrownBy(() -> accounts.changePassword(name, weak));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConsoleRole.of("root"))
                .withMessageContaining("viewer, approver, auditor, administrator");
    }

    @Test
    void aTokenIsGoodUntilItExpiresOrIsRevoked() {
        Accounts.NewToken made =
                accounts.issueToken(name, "script", Set.of(ConsoleRole.AUDITOR), List.of(), Duration.ofDays(1));
        assertThat(accounts.token(made.text())).map(Token::person).contains(name);
        assertThat(JDBC.sql("select sha256 from console.tokens where person = ?")
                        .param(name)
                        .query(String.class)
                        .single())
                .doesNotContain(made.text());
        assertThat(accounts.revokeToken(made.token().id(), "somebody else")).isFalse();
        clock.advance(Duration.ofDays(1));
        assertThat(accounts.token(made.text())).isEmpty();
        clock.advance(Duration.ofSeconds(-10));
        assertThat(accounts.token(made.text())).isPresent();
        assertThat(accounts.revokeToken(made.token().id(), name)).isTrue();
        assertThat(accounts.token(made.text())).isEmpty();
        assertThat(accounts.token(made.text() + "x")).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        accounts.issueToken(name, "s", Set.of(ConsoleRole.AUDITOR), List.of(), Duration.ofDays(400)));
    }

    @Test
    void aSignInLinkSignsInOnceHoweverManyPressIt() throws Exception {
        String secret = accounts.issueLink(name, Duration.ofMinutes(10));
        List<Callable<Optional<String>>> presses = IntStream.range(0, 20)
                .<Callable<Optional<String>>>mapToObj(i -> () -> accounts.useLink(secret))
                .toList();
        int used = 0;
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (Future<Optional<String>> press : threads.invokeAll(presses)) {
                used += press.get().isPresent() ? 1 : 0;
            }
        }
        assertThat(used).isEqualTo(1);
        String late = accounts.issueLink(name, Duration.ofMinutes(10));
        clock.advance(Duration.ofMinutes(10));
        assertThat(accounts.useLink(late)).isEmpty();
    }
}
