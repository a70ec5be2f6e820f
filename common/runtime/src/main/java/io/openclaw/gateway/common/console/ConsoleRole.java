package io.openclaw.gateway.common.console;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What somebody may do at the console. */
public enum ConsoleRole {
    /** May look at approvals, calls, agents and policy. */
    VIEWER("looks at everything but the raw record"),
    /** May decide about calls, and give grants. */
    APPROVER("decides about calls and gives grants"),
    /** May search and export the raw record. */
    AUDITOR("searches and exports the record"),
    /** May change policy, accounts and freezes, and everything that the others may. */
    ADMINISTRATOR("changes policy, freezes and accounts, and may do everything else");

    private final String description;

    ConsoleRole(String description) {
        this.description = description;
    }

    /** Returns what its holder may do, in a few words. */
    public String description() {
        return description;
    }

    /** Returns the name used in settings and forms, such as {@code approver}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the authority that Spring Security checks, such as {@code ROLE_APPROVER}. */
    public String authority() {
        return "ROLE_" + name();
    }

    /**
     * Reads a role.
     *
     * @throws IllegalArgumentException naming the value and the roles that there are
     */
    public static ConsoleRole of(String text) {
        return Arrays.stream(values())
                .filter(role -> role.label().equals(text.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no role '" + text + "'; there are "
                        + Arrays.stream(values()).map(ConsoleRole::label).collect(Collectors.joining(", "))));
    }

    /**
     * Reads roles.
     *
     * @throws IllegalArgumentException if one of them is none
     */
    public static Set<ConsoleRole> all(List<String> texts) {
        return texts.stream().map(ConsoleRole::of).collect(Collectors.toUnmodifiableSet());
    }
}
