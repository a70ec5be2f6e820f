package io.openclaw.gateway.common.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.MutableClock;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.bouncycastle.util.encoders.Base32;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class SecondFactorsIT {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Schema SCHEMA =
            Schema.migrated("console", TestInfrastructure.database().dataSource());

    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-27T12:00:10Z"));
    private final SecondFactors factors = new SecondFactors(new SecondFactorStore(SCHEMA, JDBC), clock);
    private final String name = "p" + UUID.randomUUID();
    private final String secret = factors.newSecret();

    private String code() {
        return Totp.code(Base32.decode(secret), Totp.stepAt(clock.instant()), Totp.DIGITS);
    }

    private List<String> setUp() {
        return factors.setUp(name, secret, code()).orElseThrow();
    }

    private <T> long succeeded(Callable<Optional<T>> press) throws Exception {
        long succeeded = 0;
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (Future<Optional<T>> each : threads.invokeAll(
                    IntStream.range(0, 20).mapToObj(i -> press).toList())) {
                succeeded += each.get().isPresent() ? 1 : 0;
            }
        }
        return succeeded;
    }

    @Test
    void isSetUpWithACodeOfItsSecretAndOnce() {
        assertThat(factors.isOn(name)).isFalse();
        assertThat(factors.setUp(name, secret, "000000")).isEmpty();
        assertThat(factors.isOn(name)).isFalse();

        assertThat(setUp()).hasSize(10).doesNotHaveDuplicates();

        assertThat(factors.isOn(name)).isTrue();
        assertThat(factors.people()).contains(name);
        clock.advance(Totp.STEP);
        assertThat(factors.setUp(name, secret, code())).isEmpty();
        assertThat(factors.recoveryCodesLeft(name)).isEqualTo(10);
    }

    @Test
    void takesEachCodeOnceHoweverManyTypeIt() throws Exception {
        setUp();
        assertThat(factors.use(name, code())).as("the code of the set-up").isEmpty();
        clock.advance(Totp.STEP);
        String code = code();

        assertThat(succeeded(() -> factors.use(name, code))).isEqualTo(1);

        clock.advance(Totp.STEP);
        assertThat(factors.use(name, code)).as("a code of the step before").isEmpty();
        assertThat(factors.use(name, code().substring(0, 3) + " " + code().substring(3)))
                .contains(SecondFactors.Proof.CODE);
        assertThat(factors.use("somebody else", code())).isEmpty();
    }

    @Test
    void takesEachRecoveryCodeOnceHoweverManyTypeIt() throws Exception {
        List<String> codes = setUp();
        String first = codes.getFirst();

        assertThat(succeeded(() -> factors.use(name, first))).isEqualTo(1);

        assertThat(factors.recoveryCodesLeft(name)).isEqualTo(9);
        assertThat(factors.use(name, codes.getLast().replace("-", "").toUpperCase(java.util.Locale.ROOT) + " "))
                .contains(SecondFactors.Proof.RECOVERY_CODE);
        assertThat(factors.use("somebody else", codes.get(1))).isEmpty();
        List<String> later = factors.newRecoveryCodes(name);
        assertThat(factors.use(name, codes.get(1))).isEmpty();
        assertThat(factors.use(name, later.getFirst())).isPresent();
    }

    @Test
    void keepsRecoveryCodesAsHashes() {
        List<String> codes = setUp();

        assertThat(JDBC.sql("select sha256 from console.recovery_codes where person = ?")
                        .param(name)
                        .query((row, n) -> row.getString("sha256"))
                        .list())
                .hasSize(10)
                .doesNotContainAnyElementsOf(codes)
                .allMatch(hash -> hash.matches("[0-9a-f]{64}"));
    }

    @Test
    void isGoneWithItsRecoveryCodesWhenItIsRemoved() {
        List<String> codes = setUp();

        assertThat(factors.remove(name)).isTrue();

        assertThat(factors.remove(name)).isFalse();
        clock.advance(Duration.ofMinutes(1));
        assertThat(factors.use(name, code())).isEmpty();
        assertThat(factors.use(name, codes.getFirst())).isEmpty();
        assertThat(factors.newRecoveryCodes(name)).hasSize(10);
        assertThat(factors.recoveryCodesLeft(name)).isZero();
        assertThat(setUp()).hasSize(10);
    }

    @Test
    void appsReadTheSecretFromAUrl() {
        assertThat(SecondFactors.uri("alice@example.com", "ABC"))
                .isEqualTo(
                        "otpauth://totp/OpenClaw%20Gateway:alice%40example.com?secret=ABC&issuer=OpenClaw%20Gateway");
        assertThat(QrCodes.of(SecondFactors.uri(name, secret)).path()).matches("(M\\d+ \\d+h1v1h-1z)++");
    }
}
