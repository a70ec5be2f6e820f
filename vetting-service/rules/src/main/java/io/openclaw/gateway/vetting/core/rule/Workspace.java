package io.openclaw.gateway.vetting.core.rule;

import java.util.List;
import java.util.function.Supplier;

/**
 * The directories that are an agent's own, by its policy. While its call is examined, what lies below them belongs to none of the
 * classes that say where a path lies, such as outside, kept or of the system. Credentials, devices and what guards the agent stay
 * what they are.
 */
public final class Workspace {
    private static final ScopedValue<Workspace> CURRENT = ScopedValue.newInstance();

    private final Wildcards below;

    /** @param directories absolute, or below {@code ~} */
    public Workspace(List<String> directories) {
        this.below = new Wildcards(directories.stream()
                .map(directory -> ArgumentClass.canonical(directory.endsWith("/") ? directory : directory + "/") + "**")
                .map(Wildcard::ofPath)
                .toList());
    }

    /** Examines something as a call of the agent that has this workspace. */
    public <T> T within(Supplier<T> examination) {
        return ScopedValue.where(CURRENT, this).call(examination::get);
    }

    /** Tells whether a path lies in the workspace of the agent whose call is examined. */
    static boolean holds(String canonicalPath) {
        return CURRENT.isBound() && CURRENT.get().below.match(canonicalPath);
    }
}
