package io.openclaw.gateway.ingress.decide.core;

import io.openclaw.gateway.common.event.HookReported;
import io.openclaw.gateway.common.event.HookReported.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The hooks that reported, each with the last thing that it said of itself, and which of them are a reason to worry. */
public final class HooksSeen {
    /** A hook reports every five minutes; one that missed three of them is not there any more, or does not work. */
    public static final Duration SILENT_AFTER = Duration.ofMinutes(16);

    private static final int MAX_HOOKS = 10_000;

    private final Map<String, HookReported> hooks = new ConcurrentHashMap<>();

    /** Takes a report; at most 10,000 hooks are kept. */
    public void take(HookReported report) {
        if (report.status() == Status.REMOVED) {
            hooks.remove(report.key());
        } else if (hooks.size() < MAX_HOOKS || hooks.containsKey(report.key())) {
            hooks.put(report.key(), report);
        }
    }

    /** Returns the last report of each hook. */
    public Collection<HookReported> all() {
        return List.copyOf(hooks.values());
    }

    /** Returns what is wrong with hooks, by {@code agent/node}. */
    public Map<String, String> warnings(Instant now) {
        Map<String, String> warnings = new TreeMap<>();
        for (HookReported hook : hooks.values()) {
            String name = hook.agent() + "/" + hook.node();
            if (hook.reportedAt().plus(SILENT_AFTER).isBefore(now)) {
                warnings.put(
                        name,
                        "its hook has not reported since " + hook.reportedAt()
                                + "; start that OpenClaw, or run deploy/openclaw doctor there");
            } else if (hook.status() != Status.COVERING) {
                warnings.put(name, words(hook));
            }
        }
        return warnings;
    }

    private static String words(HookReported hook) {
        String what = switch (hook.status()) {
            case MISSING_CALLS -> "its hook was not asked about calls that ran: " + String.join(", ", hook.missed());
            case SILENT -> "its hook does not fire";
            case LET_THROUGH -> "it let calls through without a decision: " + String.join(", ", hook.missed());
            case COVERING, REMOVED -> "";
        };
        return hook.why().isEmpty() ? what : what + " (" + hook.why() + ")";
    }
}
