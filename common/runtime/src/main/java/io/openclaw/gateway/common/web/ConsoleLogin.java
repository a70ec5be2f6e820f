package io.openclaw.gateway.common.web;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.console.Accounts;
import io.openclaw.gateway.common.console.ConsoleRole;
import io.openclaw.gateway.common.console.SecondFactors;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/**
 * Looks at users and passwords of the console: of the settings, and of local accounts. A configured password is the password
 * itself, or a hash of it in Spring Security's form: {@code {bcrypt}$2…}, {@code {pbkdf2@SpringSecurity_v5_8}…} or {@code
 * {argon2@SpringSecurity_v5_8}…}. Who guesses is slowed down and reported.
 */
public final class ConsoleLogin implements AuthenticationProvider {
    private static final Logger log = LoggerFactory.getLogger(ConsoleLogin.class);
    private static final Pattern HASH =
            Pattern.compile("\\{(?:bcrypt|(?:pbkdf2|argon2)@SpringSecurity_v5_8)\\}.+", Pattern.DOTALL);
    private static final PasswordEncoder HASHES = new DelegatingPasswordEncoder(
            "bcrypt",
            Map.of(
                    "bcrypt",
                    new BCryptPasswordEncoder(),
                    "pbkdf2@SpringSecurity_v5_8",
                    Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_8(),
                    "argon2@SpringSecurity_v5_8",
                    Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8()));
    /** Anyone who has it has to change the password before anything else. */
    public static final String MUST_CHANGE_PASSWORD = "MUST_CHANGE_PASSWORD";

    /** What every signed-in person has. */
    private static final String SIGNED_IN = "ROLE_CONSOLE";

    private static final Set<ConsoleRole> ALL_ROLES = Set.of(ConsoleRole.values());

    /** A hash of nothing that anybody knows: it is looked at for users that there are not. */
    private static final String DECOY = "{argon2@SpringSecurity_v5_8}"
            + Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8()
                    .encode(java.util.UUID.randomUUID().toString());
    /** From so many characters on a password is looked at even while its user is locked. */
    static final int MIN_UNGUESSABLE = 16;

    /** Counts for all users that there are not. */
    private static final String NOBODY = "";

    private final GatewayProperties.Console console;
    private final SignInThrottle throttle;
    private final SignInThrottle codes;
    private final Consumer<Failed> onFailure;
    private final Optional<Accounts> accounts;
    private final Optional<SecondFactors> secondFactors;
    /** By hash: the keyed digest of the password that it was found to be of, since looking takes a tenth of a second. */
    private final Map<String, byte[]> known = new ConcurrentHashMap<>();

    /** By name: whether a code was needed the last time, for when the database is away; metrics are wanted then more than ever. */
    private final Map<String, Boolean> needed = new ConcurrentHashMap<>();

    private final SecretKeySpec key;

    /**
     * A sign-in that failed.
     *
     * @param user the user's name; empty if there is no such user
     * @param failures how many have failed in a row from that address
     */
    record Failed(String user, String address, int failures) {}

    /**
     * @param codes counts wrong codes of second factors, apart from wrong passwords: a right password is no reason to forget them
     * @param onFailure is told of sign-ins that fail, the first in a row, and then each that locks
     */
    ConsoleLogin(
            GatewayProperties.Console console,
            SignInThrottle throttle,
            SignInThrottle codes,
            Optional<Accounts> accounts,
            Optional<SecondFactors> secondFactors,
            Consumer<Failed> onFailure) {
        this.console = console;
        this.accounts = accounts;
        this.secondFactors = secondFactors;
        this.throttle = throttle;
        this.codes = codes;
        this.onFailure = onFailure;
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, "HmacSHA256");
    }

    /** Thrown without a look at the password, because too many were wrong. */
    public static final class LockedException extends AuthenticationException {
        private static final long serialVersionUID = 1L;
        private final long seconds;

        LockedException(Duration wait) {
            super("too many wrong passwords");
            this.seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        }

        /** Returns how long to wait, at least 1. */
        public long seconds() {
            return seconds;
        }
    }

    /** Thrown when the password was right, and a code of the second factor is needed, too. */
    public static final class SecondFactorNeededException extends AuthenticationException {
        private static final long serialVersionUID = 1L;
        private final String person;

        SecondFactorNeededException(String person) {
            super("the password is right, and a second factor is needed, too");
            this.person = person;
        }

        /** Returns whose password it was. */
        public String person() {
            return person;
        }
    }

    /** Somebody who may sign in, and what proves that person. */
    private record Candidate(String name, @Nullable String password, List<String> groups, List<String> authorities) {
        Authentication authenticated() {
            return UsernamePasswordAuthenticationToken.authenticated(
                    name,
                    null,
                    Stream.concat(authorities.stream(), groups.stream().map(ConsoleSecurity.GROUP::concat))
                            .map(SimpleGrantedAuthority::new)
                            .toList());
        }
    }

    /** @throws SecondFactorNeededException if the password is right, and not enough */
    @Override
    public Authentication authenticate(Authentication attempt) throws AuthenticationException {
        String name = attempt.getName();
        String password = String.valueOf(attempt.getCredentials());
        if (password.startsWith(Accounts.TOKEN_PREFIX)) {
            return byToken(name, password).orElseThrow(() -> new BadCredentialsException("unknown or expired token"));
        }
        Authentication proven = byPassword(name, password, addressOf(attempt));
        if (needsCode(name)) {
            throw new SecondFactorNeededException(name);
        }
        return proven;
    }

    /** Tells whether a person has a second factor, so that the password alone is not enough. */
    public boolean needsCode(String name) {
        if (secondFactors.isEmpty()) {
            return false;
        }
        try {
            boolean needsCode = secondFactors.get().isOn(name);
            needed.put(name, needsCode);
            return needsCode;
        } catch (DataAccessException e) {
            Boolean before = needed.get(name);
            if (before == null) {
                throw e;
            }
            return before;
        }
    }

    /**
     * Looks at a password alone. This signs nobody in: it is for those who are, and prove the password once more.
     *
     * @throws AuthenticationException if it is wrong, or too many were wrong to look at it
     */
    public void requirePassword(String name, String password, String address) {
        if (password.startsWith(Accounts.TOKEN_PREFIX)) {
            throw new BadCredentialsException("a token is no password");
        }
        byPassword(name, password, address);
    }

    /**
     * Looks at a code of somebody whose password was right, and uses it up.
     *
     * @param typed a code of the app, or a recovery code
     * @throws AuthenticationException if it is wrong or was used, or too many were wrong to look at it
     */
    public SecondFactors.Proof requireCode(String name, String typed, String address) {
        Duration wait = codes.begin(name, address);
        if (!wait.isZero()) {
            throw new LockedException(wait);
        }
        Optional<SecondFactors.Proof> proof = secondFactors.flatMap(known -> known.use(name, typed));
        if (proof.isPresent()) {
            codes.succeeded(name, address);
            return proof.get();
        }
        int failures = codes.failures(name, address);
        if (failures == 1 || failures >= SignInThrottle.FREE_FAILURES) {
            log.warn("'{}' gave a wrong second factor from {} ({} in a row)", name, address, failures);
            onFailure.accept(new Failed(name, address, failures));
        }
        throw new BadCredentialsException("wrong code of the second factor");
    }

    private static String addressOf(Authentication attempt) {
        return attempt.getDetails() instanceof WebAuthenticationDetails details ? details.getRemoteAddress() : "";
    }

    private Authentication byPassword(String name, String password, String address) {
        Optional<Candidate> candidate = candidate(name);
        String user = candidate.isPresent() ? name : NOBODY;
        // A long password cannot be guessed, so the one who has it is never locked out by others at the same address.
        if (password.length() >= MIN_UNGUESSABLE
                && candidate.isPresent()
                && provesAtOnce(candidate.get().password(), password)) {
            return candidate.get().authenticated();
        }
        Duration wait = throttle.begin(user, address);
        if (!wait.isZero()) {
            throw new LockedException(wait);
        }
        if (candidate.isPresent() && proves(candidate.get().password(), password)) {
            throttle.succeeded(user, address);
            return candidate.get().authenticated();
        }
        if (candidate.isEmpty() && accounts.isPresent()) {
            // So that time does not tell which accounts there are.
            proves(DECOY, password);
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

    /** Returns somebody as if that person had just proved it; empty if there is no such person, or the account is disabled. */
    public Optional<Authentication> proven(String name) {
        return candidate(name).map(Candidate::authenticated);
    }

    /** Tells whether the settings know somebody by this name; then no account is looked at. */
    public boolean isOfSettings(String name) {
        return same(console.user(), name) || console.people().containsKey(name);
    }

    /** Returns somebody's groups as they are now; empty if there is no such person. */
    public Optional<List<String>> groups(String name) {
        return candidate(name).map(Candidate::groups);
    }

    /** Returns the groups in which somebody is who may approve, by name, settings and accounts together. */
    public Map<String, List<String>> approvers() {
        Map<String, List<String>> approvers = new java.util.TreeMap<>();
        accounts.map(Accounts::all).orElse(List.of()).stream()
                .filter(account -> !account.disabled()
                        && (account.roles().contains(ConsoleRole.APPROVER)
                                || account.roles().contains(ConsoleRole.ADMINISTRATOR)))
                .forEach(account -> approvers.put(account.name(), account.groups()));
        console.people().forEach((name, person) -> {
            Set<ConsoleRole> roles = ConsoleRole.all(person.roles());
            if (hasPassword(person.password())
                    && (roles.contains(ConsoleRole.APPROVER) || roles.contains(ConsoleRole.ADMINISTRATOR))) {
                approvers.put(name, person.groups());
            }
        });
        if (hasPassword(console.password())) {
            approvers.put(console.user(), console.groups());
        }
        return approvers;
    }

    private static boolean hasPassword(@Nullable String password) {
        return password != null && !password.isEmpty();
    }

    private Optional<Candidate> candidate(String name) {
        if (same(console.user(), name)) {
            return Optional.of(new Candidate(name, console.password(), console.groups(), authorities(ALL_ROLES)));
        }
        GatewayProperties.Person person = console.people().get(name);
        if (person != null) {
            return Optional.of(new Candidate(
                    name, person.password(), person.groups(), authorities(ConsoleRole.all(person.roles()))));
        }
        return accounts.flatMap(known -> known.find(name))
                .filter(account -> !account.disabled())
                .map(account -> new Candidate(
                        name,
                        account.passwordHash(),
                        account.mustChangePassword() ? List.of() : account.groups(),
                        account.mustChangePassword() ? List.of(MUST_CHANGE_PASSWORD) : authorities(account.roles())));
    }

    /** A token may do what it was made for, and of that what its person may still do. */
    private Optional<Authentication> byToken(String name, String text) {
        return accounts.flatMap(known -> known.token(text))
                .filter(token -> token.person().equals(name))
                .flatMap(token -> candidate(name).map(person -> {
                    List<String> allowed = authorities(token.roles()).stream()
                            .filter(person.authorities()::contains)
                            .toList();
                    return new Candidate(
                            name,
                            null,
                            token.groups().stream()
                                    .filter(group -> person.groups().contains(group)
                                            || person.groups().contains("*"))
                                    .toList(),
                            allowed);
                }))
                .map(Candidate::authenticated);
    }

    private static List<String> authorities(Set<ConsoleRole> roles) {
        return Stream.concat(
                        Stream.of(SIGNED_IN),
                        roles.stream().map(ConsoleRole::authority).sorted())
                .toList();
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
