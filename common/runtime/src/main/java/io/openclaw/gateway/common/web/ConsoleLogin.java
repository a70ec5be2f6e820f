package io.openclaw.gateway.common.web;

import io.openclaw.gateway.common.boot.GatewayProperties;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/**
 * Looks at users and passwords of the console. A configured password is the password itself, or a hash of it in Spring
 * Security's form: {@code {bcrypt}$2…} or {@code {pbkdf2@SpringSecurity_v5_8}…}. Who guesses is slowed down and reported.
 */
public final class ConsoleLogin implements AuthenticationProvider {
    private static final Logger log = LoggerFactory.getLogger(ConsoleLogin.class);
    private static final Pattern HASH =
            Pattern.compile("\\{(?:bcrypt|pbkdf2@SpringSecurity_v5_8)\\}.+", Pattern.DOTALL);
    private static final PasswordEncoder HASHES = new DelegatingPasswordEncoder(
            "bcrypt",
            Map.of(
                    "bcrypt",
                    new BCryptPasswordEncoder(),
                    "pbkdf2@SpringSecurity_v5_8",
                    Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_8()));
    /** From so many characters on a password is looked at even while its user is locked. */
    static final int MIN_UNGUESSABLE = 16;

    /** Counts for all users that there are not. */
    private static final String NOBODY = "";

    private final GatewayProperties.Console console;
    private final SignInThrottle throttle;
    private final Consumer<Failed> onFailure;
    /** By hash: the keyed digest of the password that it was found to be of, since looking takes a tenth of a second. */
    private final Map<String, byte[]> known = new ConcurrentHashMap<>();

    private final SecretKeySpec key;

    /**
     * A sign-in that failed.
     *
     * @param user the user's name; empty if there is no such user
     * @param failures how many have failed in a row from that address
     */
    record Failed(String user, String address, int failures) {}

    /** @param onFailure is told of sign-ins that fail, the first in a row, and then each that locks */
    ConsoleLogin(GatewayProperties.Console console, SignInThrottle throttle, Consumer<Failed> onFailure) {
        this.console = console;
        this.throttle = throttle;
        this.onFailure = onFailure;
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, "HmacSHA256");
    }

    /** Thrown without a look at the password, because too many were wrong. */
    static final class LockedException extends AuthenticationException {
        private static final long serialVersionUID = 1L;
        private final long seconds;

        LockedException(Duration wait) {
            super("too many wrong passwords");
            this.seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        }

        long seconds() {
            return seconds;
        }
    }

    @Override
    public Authentication authenticate(Authentication attempt) throws AuthenticationException {
        String name = attempt.getName();
        String address =
                attempt.getDetails() instanceof WebAuthenticationDetails details ? details.getRemoteAddress() : "";
        boolean isAdministrator = same(console.user(), name);
        GatewayProperties.Person person = console.people().get(name);
        String user = isAdministrator || person != null ? name : NOBODY;
        String password = String.valueOf(attempt.getCredentials());
        // A long password cannot be guessed, so the one who has it is never locked out by others at the same address.
        if (password.length() >= MIN_UNGUESSABLE) {
            if (isAdministrator && provesAtOnce(console.password(), password)) {
                return authenticated(name, console.groups(), "ROLE_CONSOLE", ConsoleSecurity.ADMINISTRATOR);
            }
            if (!isAdministrator && person != null && provesAtOnce(person.password(), password)) {
                return authenticated(name, person.groups(), "ROLE_CONSOLE");
            }
        }
        Duration wait = throttle.begin(user, address);
        if (!wait.isZero()) {
            throw new LockedException(wait);
        }
        // The administrator's is looked at for users that there are not, so that time does not tell which there are.
        boolean provesAdministrator = (person == null || isAdministrator) && proves(console.password(), password);
        if (isAdministrator && provesAdministrator) {
            throttle.succeeded(user, address);
            return authenticated(name, console.groups(), "ROLE_CONSOLE", ConsoleSecurity.ADMINISTRATOR);
        }
        if (person != null && proves(person.password(), password)) {
            throttle.succeeded(user, address);
            return authenticated(name, person.groups(), "ROLE_CONSOLE");
        }
        int failures = throttle.failures(user, address);
        if (failures == 1 || failures >= SignInThrottle.FREE_FAILURES) {
            log.warn(
                    "{} failed to sign in at the console from {} ({} in a row)",
                    user.equals(NOBODY) ? "an unknown user" : "'" + user + "'",
                    address,
                    failures);
            onFailure.accept(new Failed(user, address, failures));
        }
        throw new BadCredentialsException("unknown user or wrong password");
    }

    private static Authentication authenticated(String name, List<String> groups, String... roles) {
        return UsernamePasswordAuthenticationToken.authenticated(
                name,
                null,
                Stream.concat(Stream.of(roles), groups.stream().map(ConsoleSecurity.GROUP::concat))
                        .map(SimpleGrantedAuthority::new)
                        .toList());
    }

    /** Proves without a slow hash: the password itself, or one that was found to be right before. */
    private boolean provesAtOnce(@Nullable String expected, String actual) {
        if (expected == null || expected.isEmpty()) {
            return false;
        }
        if (!HASH.matcher(expected).matches()) {
            return same(expected, actual);
        }
        byte[] before = known.get(expected);
        return before != null && MessageDigest.isEqual(before, digest(actual));
    }

    private boolean proves(@Nullable String expected, String actual) {
        if (expected == null || expected.isEmpty()) {
            return false;
        }
        if (provesAtOnce(expected, actual)) {
            return true;
        }
        boolean matches = HASH.matcher(expected).matches() && HASHES.matches(actual, expected);
        if (matches) {
            known.put(expected, digest(actual));
        }
        return matches;
    }

    private byte[] digest(String password) {
        try {
            Mac mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            return mac.doFinal(password.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + key.getAlgorithm(), e);
        }
    }

    private static boolean same(String expected, String actual) {
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean supports(Class<?> type) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
    }
}
