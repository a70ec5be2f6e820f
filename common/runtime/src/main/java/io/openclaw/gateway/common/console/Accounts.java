package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.console.AccountStore.Token;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Local accounts, tokens for programs, and sign-in links. Nothing of them that proves anything is kept in clear. */
public final class Accounts {
    /** How every token begins, so that scanners for secrets find it. */
    public static final String TOKEN_PREFIX = "ocgp_";

    /** The least characters of a password. */
    public static final int MIN_PASSWORD = 12;

    private static final int MAX_PASSWORD = 200;
    private static final Duration MAX_TOKEN_LIFE = Duration.ofDays(366);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    private static final Pattern GROUP = Pattern.compile("\\*|[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final String ARGON2 = "argon2@SpringSecurity_v5_8";
    private static final PasswordEncoder ENCODER = new DelegatingPasswordEncoder(
            ARGON2, Map.of(ARGON2, Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8()));

    private final AccountStore store;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    public Accounts(AccountStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Returns an account, whether it is disabled or not. */
    public Optional<Account> find(String name) {
        return NAME.matcher(name).matches() ? store.find(name) : Optional.empty();
    }

    /** Tells whether a text can be the name of an account. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Tells whether a text can be the name of a group of approvers; the sign for all of them cannot. */
    static boolean isGroup(String text) {
        return !text.equals("*") && GROUP.matcher(text).matches();
    }

    /**
     * Makes or refreshes the account of a person whom an OpenID Connect provider vouches for.
     *
     * @param subject the provider's own name of the person, which it gives to nobody else
     * @return the account's name: the one that the person had at the first sign-in; empty if that name is another person's
     */
    Optional<String> admit(String name, String issuer, String subject, Set<ConsoleRole> roles, List<String> groups) {
        return store.admit(name, issuer, subject, roles, groups, clock.instant());
    }

    /** Returns all accounts, by name. */
    public List<Account> all() {
        return store.all();
    }

    /**
     * Makes an account whose password has to be changed at the first sign-in.
     *
     * @return the generated password, which is kept nowhere
     * @throws IllegalArgumentException naming the field that is wrong and what it may be
     * @throws IllegalStateException if the name is taken
     */
    public String create(String name, Set<ConsoleRole> roles, List<String> groups, String by) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a name has up to 64 letters, digits and . _ @ -, and begins with a letter or digit");
        }
        requireRoles(roles);
        requireGroups(groups);
        String password = generate(15);
        boolean isNew = store.insert(
                new Account(name, hash(password), roles, groups, true, false, clock.instant(), by, null, null));
        if (!isNew) {
            throw new IllegalStateException("there is an account '" + name + "' already");
        }
        return password;
    }

    /**
     * Gives an account a new password that has to be changed at the next sign-in.
     *
     * @return the generated password
     * @throws IllegalStateException if there is no such account
     */
    public String reset(String name) {
        String password = generate(15);
        if (!store.setPassword(name, hash(password), true, clock.instant())) {
            throw new IllegalStateException("there is no account '" + name + "'");
        }
        return password;
    }

    /**
     * Changes the password of an account.
     *
     * @throws IllegalArgumentException saying what is wrong with the password
     */
    public void changePassword(String name, String password) {
        if (password.length() < MIN_PASSWORD || password.length() > MAX_PASSWORD) {
            throw new IllegalArgumentException(
                    "a password has " + MIN_PASSWORD + " to " + MAX_PASSWORD + " characters");
        }
        if (password.toLowerCase(java.util.Locale.ROOT).contains(name.toLowerCase(java.util.Locale.ROOT))
                || password.chars().distinct().count() < 5) {
            throw new IllegalArgumentException(
                    "a password does not contain the name, and has at least 5 different characters");
        }
        if (!store.setPassword(name, hash(password), false, clock.instant())) {
            throw new IllegalArgumentException("'" + name
                    + "' is set by the environment (CONSOLE_PASSWORD or OPENCLAW_CONSOLE_PEOPLE_…); change it there");
        }
    }

    /**
     * Changes what an account may do.
     *
     * @throws IllegalArgumentException if there is no such account, no role, or a group that cannot be one
     */
    public void change(String name, Set<ConsoleRole> roles, List<String> groups, boolean disabled) {
        requireRoles(roles);
        requireGroups(groups);
        if (!store.change(name, roles, groups, disabled)) {
            throw new IllegalArgumentException("there is no account '" + name + "'");
        }
    }

    /** A token that was made; its text is shown once. */
    public record NewToken(String text, Token token) {}

    /**
     * Makes a token for programs of a person.
     *
     * @param roles what it may do, at the most
     * @param life how long it is good, at most a year
     * @throws IllegalArgumentException naming the field that is wrong and what it may be
     */
    public NewToken issueToken(
            String person, String label, Set<ConsoleRole> roles, List<String> groups, Duration life) {
        requireRoles(roles);
        if (label.isBlank() || label.length() > 80 || label.codePoints().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a token's label has 1 to 80 characters, such as 'deploy script'");
        }
        if (life.isNegative() || life.isZero() || life.compareTo(MAX_TOKEN_LIFE) > 0) {
            throw new IllegalArgumentException("a token is good for up to " + MAX_TOKEN_LIFE.toDays() + " days");
        }
        String text = TOKEN_PREFIX + generate(32);
        Instant now = clock.instant();
        var token = new Token(UUID.randomUUID(), person, label.strip(), roles, groups, now, now.plus(life), null, null);
        store.insert(token, sha256(text));
        return new NewToken(text, token);
    }

    /** Returns the token with this text, if it is good now, and notes its use. */
    public Optional<Token> token(String text) {
        if (!text.startsWith(TOKEN_PREFIX) || text.length() > MAX_PASSWORD) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Optional<Token> token = store.findToken(sha256(text)).filter(found -> found.isGoodAt(now));
        token.ifPresent(found -> store.used(found.id(), now));
        return token;
    }

    /** Returns the tokens of a person, the newest first, at most 100. */
    public List<Token> tokensOf(String person) {
        return store.tokensOf(person);
    }

    /** Revokes a token; returns false if the person has none such that is not revoked. */
    public boolean revokeToken(UUID token, String person) {
        return store.revoke(token, person, clock.instant());
    }

    /** Revokes all tokens of a person, and returns how many. */
    public int revokeTokens(String person) {
        return store.revokeAll(person, clock.instant());
    }

    /** Makes the secret part of a link that signs a person in once, within a time. */
    public String issueLink(String person, Duration life) {
        String secret = generate(32);
        store.insertLink(sha256(secret), person, clock.instant().plus(life));
        return secret;
    }

    /** Uses up the secret part of a sign-in link, and returns whom it signs in; empty if it is used, expired or unknown. */
    public Optional<String> useLink(String secret) {
        return secret.length() > MAX_PASSWORD ? Optional.empty() : store.useLink(sha256(secret), clock.instant());
    }

    private static void requireRoles(Set<ConsoleRole> roles) {
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("choose at least one role");
        }
    }

    private static void requireGroups(List<String> groups) {
        groups.stream()
                .filter(group -> !GROUP.matcher(group).matches())
                .findFirst()
                .ifPresent(group -> {
                    throw new IllegalArgumentException("'" + group + "' is no name of a group of approvers");
                });
    }

    private static String hash(String password) {
        return java.util.Objects.requireNonNull(ENCODER.encode(password));
    }

    private String generate(int bytes) {
        byte[] secret = new byte[bytes];
        random.nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    private static String sha256(String secret) {
        return Digest.sha256Hex(secret.getBytes(StandardCharsets.UTF_8));
    }
}
