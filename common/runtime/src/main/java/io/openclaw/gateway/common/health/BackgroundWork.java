package io.openclaw.gateway.common.health;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What this process does in the background, and what of it does not work now. Safe for use by several threads. */
public final class BackgroundWork {
    private static final int MAX_WORDS = 300;

    private final Map<String, String> failing = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Optional<String>>> checks = new ConcurrentHashMap<>();

    /** Notes that some work was done. */
    public void works(String name) {
        if (!failing.isEmpty()) {
            failing.remove(name);
        }
    }

    /** Notes that some work failed; it counts as failing until {@link #works} is called for it. */
    public void failed(String name, Throwable problem) {
        String words = problem.toString();
        failing.put(name, words.length() <= MAX_WORDS ? words : words.substring(0, MAX_WORDS) + "…");
    }

    /**
     * Has some work looked at whenever somebody asks for problems.
     *
     * @param check says what is wrong, if something is
     */
    public void check(String name, Supplier<Optional<String>> check) {
        checks.put(name, check);
    }

    /** Returns what is wrong, by the name of the work, in the order of the names; empty if all work is done. */
    public Map<String, String> problems() {
        Map<String, String> problems = new TreeMap<>(failing);
        checks.forEach((name, check) -> check.get().ifPresent(problem -> problems.put(name, problem)));
        return problems;
    }
}
