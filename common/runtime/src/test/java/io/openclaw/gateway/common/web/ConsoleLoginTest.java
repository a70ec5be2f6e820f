package io.openclaw.gateway.common.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.boot.GatewayProperties.Console;
import io.openclaw.gateway.common.boot.GatewayProperties.Person;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

class ConsoleLoginTest {
    private final List<ConsoleLogin.Failed> reported = new ArrayList<>();

    private ConsoleLogin login(String administrators, String alices) {
        return new ConsoleLogin(
                new Console(
                        "admin",
                        administrators,
                        List.of("*"),
                        Map.of("alice", new Person(alices, List.of("ops"), List.of("approver"))),
                        Duration.ofMinutes(30),
                        Duration.ofHours(12),
                        new GatewayProperties.Oidc(null, "", "", List.of(), "", "", "", Map.of()),
                        Map.of()),
                new SignInThrottle(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)),
                SignInThrottle.ofCodes(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)),
                Optional.empty(),
                Optional.empty(),
                reported::add);
    }

    private static Authentication attempt(String user, String password) {
        var attempt = UsernamePasswordAuthenticationToken.unauthenticated(user, password);
        attempt.setDetails(new WebAuthenticationDetails("192.0.2.1", null));
        return attempt;
    }

    @Test
    void passwordsMayBeGivenAsHashes() {
        String bcrypt = "{bcrypt}" + new BCryptPasswordEncoder(4).encode("correct horse");
        String pbkdf2 = "{pbkdf2@SpringSecurity_v5_8}"
                + Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_8().encode("battery staple");
        ConsoleLogin login = login(bcrypt, pbkdf2);
        for (int i = 0; i < 2; i++) {
            assertThat(ConsoleSecurity.groupsOf(login.authenticate(attempt("admin", "correct horse"))))
                    .containsExactly("*");
            assertThat(ConsoleSecurity.groupsOf(login.authenticate(attempt("alice", "battery staple"))))
                    .containsExactly("ops");
        }
        for (String wrong : List.of(bcrypt, bcrypt.substring(8), "battery staple", "")) {
            assertThatThrownBy(() -> login.authenticate(attempt("admin", wrong)))
                    .isInstanceOf(BadCredentialsException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "{bcrypt", "{noop}plain", "{curly} words"})
    void whatIsNoHashIsThePasswordItself(String password) {
        ConsoleLogin login = login(password, "x");
        assertThat(login.authenticate(attempt("admin", password)).isAuthenticated())
                .isTrue();
        assertThatThrownBy(() -> login.authenticate(attempt("admin", password + " ")))
                .isInstanceOf(BadCredentialsException.class);
    }

    @Test
    void withoutAPasswordNobodyGetsIn() {
        for (String password : List.of("", "null")) {
            assertThatThrownBy(() -> login("", "").authenticate(attempt("admin", password)))
                    .isInstanceOf(BadCredentialsException.class);
            assertThatThrownBy(() -> login("", "").authenticate(attempt("alice", password)))
                    .isInstanceOf(BadCredentialsException.class);
        }
    }

    @Test
    void aThousandWrongPasswordsAreFewGuessesAndOnRecord() {
        ConsoleLogin login = login("secret", "x");
        int looked = 0;
        for (int i = 0; i < 1_000; i++) {
            try {
                login.authenticate(attempt("admin", "guess " + i));
            } catch (BadCredentialsException e) {
                looked++;
            } catch (ConsoleLogin.LockedException e) {
                assertThat(e.seconds()).isPositive();
            }
        }
        assertThat(looked).isEqualTo(SignInThrottle.FREE_FAILURES);
        assertThatThrownBy(() -> login.authenticate(attempt("admin", "secret")))
                .isInstanceOf(ConsoleLogin.LockedException.class);
        assertThat(reported)
                .containsExactly(
                        new ConsoleLogin.Failed("admin", "192.0.2.1", 1),
                        new ConsoleLogin.Failed("admin", "192.0.2.1", SignInThrottle.FREE_FAILURES));
    }

    @Test
    void namesOfUnknownUsersAreNotReported() {
        ConsoleLogin login = login("secret", "x");
        assertThatThrownBy(() -> login.authenticate(attempt("<script>", "x")))
                .isInstanceOf(BadCredentialsException.class);
        assertThat(reported).containsExactly(new ConsoleLogin.Failed("", "192.0.2.1", 1));
    }

    @Test
    void aLongPasswordOpensTheConsoleWhileOthersGuessAtTheSameAddress() {
        String hash = "{bcrypt}" + new BCryptPasswordEncoder(4).encode("correct horse battery");
        ConsoleLogin login = login("generated-and-long-enough", hash);
        assertThat(login.authenticate(attempt("alice", "correct horse battery")).isAuthenticated())
                .isTrue();
        for (String user : List.of("admin", "alice")) {
            for (int i = 0; i < 2 * SignInThrottle.FREE_FAILURES; i++) {
                int guess = i;
                assertThatThrownBy(() -> login.authenticate(attempt(user, "a long wrong password " + guess)))
                        .isInstanceOfAny(BadCredentialsException.class, ConsoleLogin.LockedException.class);
            }
        }

        assertThat(login.authenticate(attempt("admin", "generated-and-long-enough"))
                        .isAuthenticated())
                .isTrue();
        assertThat(login.authenticate(attempt("alice", "correct horse battery")).isAuthenticated())
                .isTrue();
        assertThatThrownBy(() -> login.authenticate(attempt("admin", "a long wrong password")))
                .as("a success hands no free guesses to others")
                .isInstanceOf(ConsoleLogin.LockedException.class);
    }

    @Test
    void aThousandWrongCodesAreFewGuessesAndOnRecordWhateverPasswordsWereRightMeanwhile() {
        ConsoleLogin login = login("secret", "x");
        int looked = 0;
        for (int i = 0; i < 1_000; i++) {
            assertThat(login.authenticate(attempt("admin", "secret")).isAuthenticated())
                    .isTrue();
            try {
                login.requireCode("admin", String.format("%06d", i), "192.0.2.1");
            } catch (BadCredentialsException e) {
                looked++;
            } catch (ConsoleLogin.LockedException e) {
                assertThat(e.seconds()).isPositive();
            }
        }
        assertThat(looked).isEqualTo(SignInThrottle.FREE_FAILURES);
        assertThat(reported)
                .containsExactly(
                        new ConsoleLogin.Failed("admin", "192.0.2.1", 1),
                        new ConsoleLogin.Failed("admin", "192.0.2.1", SignInThrottle.FREE_FAILURES));
    }

    @Test
    void wrongCodesFromManyAddressesAreFewGuesses() {
        ConsoleLogin login = login("secret", "x");
        int looked = 0;
        for (int i = 0; i < 100; i++) {
            String address = "192.0.2." + i;
            try {
                login.requireCode("admin", "000000", address);
            } catch (BadCredentialsException e) {
                looked++;
            } catch (ConsoleLogin.LockedException e) {
                assertThat(e.seconds()).isLessThanOrEqualTo(60);
            }
        }
        assertThat(looked).isEqualTo(SignInThrottle.MAX_CODES_PER_MINUTE);
    }

    @Test
    void aTokenIsNoPasswordThatProvesAPersonOnceMore() {
        assertThatThrownBy(() -> login("secret", "x").requirePassword("admin", "ocgp_secret", "192.0.2.1"))
                .isInstanceOf(BadCredentialsException.class);
    }
}
