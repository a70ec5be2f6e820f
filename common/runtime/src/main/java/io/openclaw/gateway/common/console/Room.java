package io.openclaw.gateway.common.console;

import java.util.Set;

/** The rooms of the console, in the order of the navigation. */
@SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable.
public enum Room {
    APPROVALS("approval", "/console/approvals", "Approvals", "inbox", "Decide", Set.of()),
    GRANTS("approval", "/console/grants", "Grants", "key", "Decide", Set.of()),
    INSIGHTS("approval", "/console/insights", "Insights", "chart", "Decide", Set.of()),
    OVERVIEW("audit", "/console/overview", "Overview", "gauge", "Watch", Set.of()),
    LIVE("audit", "/console/live", "Live", "pulse", "Watch", Set.of()),
    RECORD("audit", "/console/record", "Record", "book", "Watch", Set.of(ConsoleRole.AUDITOR)),
    AGENTS("policy", "/console/agents", "Agents", "agent", "Govern", Set.of()),
    POLICY("policy", "/console/policy", "Policy", "shield", "Govern", Set.of()),
    TOOLS("policy", "/console/tools", "Tools", "wrench", "Govern", Set.of()),
    TRY("vetting", "/console/try", "Try a command", "terminal", "Govern", Set.of()),
    PEOPLE("", "/console/people", "People", "people", "Govern", Set.of(ConsoleRole.ADMINISTRATOR)),
    ACCOUNT("", "/console/account", "Your account", "person", "", Set.of());

    private final String owner;
    private final String path;
    private final String label;
    private final String icon;
    private final String section;
    private final Set<ConsoleRole> roles;

    Room(String owner, String path, String label, String icon, String section, Set<ConsoleRole> roles) {
        this.owner = owner;
        this.path = path;
        this.label = label;
        this.icon = icon;
        this.section = section;
        this.roles = roles;
    }

    /** Returns the service that renders it; empty if every service does. */
    public String owner() {
        return owner;
    }

    /** Returns its path, such as {@code /console/approvals}. */
    public String path() {
        return path;
    }

    /** Returns what people read. */
    public String label() {
        return label;
    }

    /** Returns the name of its icon. */
    public String icon() {
        return icon;
    }

    /** Returns the heading under which the navigation shows it; empty if it does not. */
    public String section() {
        return section;
    }

    /** Tells whether somebody with some roles may enter it; every administrator may. */
    public boolean isOpenTo(Set<ConsoleRole> held) {
        return roles.isEmpty()
                || held.contains(ConsoleRole.ADMINISTRATOR)
                || roles.stream().anyMatch(held::contains);
    }
}
