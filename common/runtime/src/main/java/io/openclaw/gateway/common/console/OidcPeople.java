package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.boot.GatewayProperties;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes accounts of people whom an OpenID Connect provider vouches for; what they may do is what its claims say, at each sign-in. */
public final class OidcPeople {
    private final GatewayProperties.Oidc settings;
    private final Accounts accounts;
    private final Predicate<String> isTaken;

    /** @param isTaken tells whether a name is somebody's of the settings, such as the administrator's */
    public OidcPeople(GatewayProperties.Oidc settings, Accounts accounts, Predicate<String> isTaken) {
        this.settings = settings;
        this.accounts = accounts;
        this.isTaken = isTaken;
    }

    /** Thrown if a person that the provider knows may not sign in here; the message says why, for that person. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Makes or refreshes the account of a person.
     *
     * @param claims of the ID token and the UserInfo answer (OpenID Connect Core 1.0 sections 2 and 5.3)
     * @return the account's name, which stays the same for a person ({@code sub}) whose name changes at the provider
     * @throws RefusedException if the claims give no usable name or no role, or somebody else has that name
     */
    public String admit(Map<String, Object> claims) throws RefusedException {
        Object name = claims.get(settings.nameClaim());
        if (!(name instanceof String text) || !Accounts.isName(text)) {
            throw new RefusedException("the claim '" + settings.nameClaim() + "' has no usable name: up to 64 letters,"
                    + " digits and . _ @ -");
        }
        Set<ConsoleRole> roles = roles(texts(claims, settings.rolesClaim()));
        if (roles.isEmpty()) {
            throw new RefusedException(
                    "'" + text + "' has no role here: no value of the claim '" + settings.rolesClaim() + "' gives one");
        }
        List<String> groups = texts(claims, settings.groupsClaim()).stream()
                .filter(Accounts::isGroup)
                .toList();
        if (!(claims.get("sub") instanceof String subject) || subject.isEmpty()) {
            throw new RefusedException("the claim 'sub' does not say which person '" + text + "' is");
        }
        if (isTaken.test(text)) {
            throw new RefusedException("'" + text + "' is the name of somebody with a password of this gateway");
        }
        return accounts.admit(text, settings.issuerOrNone(), subject, roles, groups)
                .orElseThrow(() ->
                        new RefusedException("'" + text + "' is the name of somebody else here: of a person with a"
                                + " password of this gateway, or of another one of the provider"));
    }

    private Set<ConsoleRole> roles(List<String> values) {
        Set<ConsoleRole> roles = EnumSet.noneOf(ConsoleRole.class);
        for (ConsoleRole role : ConsoleRole.values()) {
            List<String> giving = settings.roles().getOrDefault(role, List.of(role.label()));
            if (values.stream().anyMatch(giving::contains)) {
                roles.add(role);
            }
        }
        return roles;
    }

    /** Returns the texts of a claim, which may be a list, one text, or lie deeper: {@code realm_access.roles}. */
    private static List<String> texts(Map<String, Object> claims, String path) {
        Object value = claims.containsKey(path) ? claims.get(path) : at(claims, path);
        List<String> texts = new ArrayList<>();
        if (value instanceof Iterable<?> values) {
            values.forEach(each -> texts.add(String.valueOf(each)));
        } else if (value instanceof String text) {
            texts.addAll(List.of(text.split("[ ,]+", -1)));
        }
        return List.copyOf(new TreeSet<>(texts));
    }

    private static @Nullable Object at(Map<String, Object> claims, String path) {
        Object value = claims;
        for (String name : path.split("\\.", -1)) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value;
    }
}
