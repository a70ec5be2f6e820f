package io.openclaw.gateway.common.call;

import java.util.Locale;

/** The stages that sign something; each has a key of its own. */
public enum Stage {
    /** Seals the call as it was received. */
    INGRESS,
    POLICY,
    VETTING,
    APPROVAL,
    /** Signs what came of a call that it ran or refused. */
    EXECUTOR;

    /** Returns the name used in configuration, metrics and event sources, such as {@code policy}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
