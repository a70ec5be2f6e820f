package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.persistence.Schema;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.util.encoders.Base32;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The second factor of people who sign in with a password: codes of an authenticator app (RFC 6238), and recovery codes for when it is
 * lost. Each code is good once, in all instances together.
 */
public final class SecondFactors {
    /** How many recovery codes a person gets. */
    static final int RECOVERY_CODES = 10;

    private static final String ISSUER = "OpenClaw Gateway";
    /** As RFC 4226 section 4 recommends. */
    private static final int SECRET_BYTES = 20;
    /** 80 bits, so that a hash without salt does not give it away. */
    private static final int RECOVERY_BYTES = 10;

    private static final Pattern CODE = Pattern.compile("\\d{" + Totp.DIGITS + "}");
    private static final Pattern RECOVERY_CODE = Pattern.compile("[A-Z2-7]{16}");
    private static final int MAX_TYPED = 64;

    private final SecondFactorStore store;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    SecondFactors(SecondFactorStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Returns the second factors that are kept in the console's schema. */
    public static SecondFactors in(Schema console, JdbcClient jdbc, Clock clock) {
        return new SecondFactors(new SecondFactorStore(console, jdbc), clock);
    }

    /** What proved a person beside the password. */
    public enum Proof {
        /** A code of the authenticator app. */
        CODE,
        /** A recovery code, which is used up. */
        RECOVERY_CODE
    }

    /** Tells whether a person has a second factor, so that the password alone is not enough. */
    public boolean isOn(String person) {
        return store.find(person).isPresent();
    }

    /** Returns since when a person has a second factor; empty without one. */
    Optional<Instant> since(String person) {
        return store.find(person).map(SecondFactorStore.Kept::since);
    }

    /** Returns the names of all who have a second factor, in order. */
    List<String> people() {
        return store.people();
    }

    /** Makes a secret, in Base32; it is nobody's until {@link #setUp} is given a code of it. */
    String newSecret() {
        return random(SECRET_BYTES);
    }

    /** Returns what authenticator apps read a secret from, in the key URI format of Google Authenticator. */
    static String uri(String person, String secret) {
        return "otpauth://totp/" + encoded(ISSUER) + ":" + encoded(person) + "?secret=" + secret + "&issuer="
                + encoded(ISSUER);
    }

    /**
     * Gives a person a second factor.
     *
     * @param typed a code of the secret, which shows that the app has it
     * @return the recovery codes, which are kept nowhere; empty if the code is wrong, or the person has a second factor already
     */
    Optional<List<String>> setUp(String person, String secret, String typed) {
        Instant now = clock.instant();
        OptionalLong step = Totp.match(Base32.decode(secret), withoutSpaces(typed), now, Long.MIN_VALUE);
        if (step.isEmpty()) {
            return Optional.empty();
        }
        List<String> codes = newCodes();
        boolean isNew = store.insert(
                new SecondFactorStore.Kept(person, secret, step.getAsLong(), now),
                codes.stream().map(SecondFactors::hash).toList());
        return isNew ? Optional.of(codes) : Optional.empty();
    }

    /** Uses up what a person typed, a code of the app or a recovery code; empty if it is wrong, or was used. */
    public Optional<Proof> use(String person, String typed) {
        if (typed.length() > MAX_TYPED) {
            return Optional.empty();
        }
        String code = withoutSpaces(typed);
        if (CODE.matcher(code).matches()) {
            return store.find(person)
                    .filter(kept ->
                            Totp.match(Base32.decode(kept.secret()), code, clock.instant(), kept.lastStep()).stream()
                                    .anyMatch(step -> store.useStep(person, kept.secret(), step)))
                    .map(kept -> Proof.CODE);
        }
        boolean isRecovered = RECOVERY_CODE.matcher(normal(code)).matches()
                && store.useRecoveryCode(person, hash(code), clock.instant());
        return isRecovered ? Optional.of(Proof.RECOVERY_CODE) : Optional.empty();
    }

    /** Makes new recovery codes, which are kept nowhere; the old ones are good no longer. */
    List<String> newRecoveryCodes(String person) {
        List<String> codes = newCodes();
        store.replaceRecoveryCodes(
                person, codes.stream().map(SecondFactors::hash).toList());
        return codes;
    }

    /** Returns how many recovery codes a person has left. */
    int recoveryCodesLeft(String person) {
        return store.recoveryCodesLeft(person);
    }

    /** Removes a person's second factor with its recovery codes; returns false if there was none. */
    boolean remove(String person) {
        return store.delete(person);
    }

    private List<String> newCodes() {
        return Stream.generate(() -> random(RECOVERY_BYTES).toLowerCase(Locale.ROOT))
                .map(code -> String.join(
                        "-", code.substring(0, 4), code.substring(4, 8), code.substring(8, 12), code.substring(12)))
                .limit(RECOVERY_CODES)
                .toList();
    }

    private String random(int bytes) {
        byte[] secret = new byte[bytes];
        random.nextBytes(secret);
        return Base32.toBase32String(secret);
    }

    private static String withoutSpaces(String typed) {
        return typed.replaceAll("\\s", "");
    }

    private static String normal(String code) {
        return code.replace("-", "").toUpperCase(Locale.ROOT);
    }

    private static String hash(String code) {
        return Digest.sha256Hex(normal(code).getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
