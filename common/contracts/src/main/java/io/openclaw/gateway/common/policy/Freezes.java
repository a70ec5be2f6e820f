package io.openclaw.gateway.common.policy;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.FreezeChanged;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is frozen: nothing of it runs, whatever else allows it. */
public final class Freezes {
    /** Nothing is frozen. */
    public static final Freezes NONE = new Freezes(Map.of());

    private static final Pattern SCOPE = Pattern.compile(
            "all|agent:[^\\p{Cntrl}\\s]{1,300}|upstream:[A-Za-z0-9._:-]{1,200}|tool:[A-Za-z0-9._:-]{1,200}/[^\\p{Cntrl}]{1,1024}");

    private final Map<String, FreezeChanged> byScope;

    private Freezes(Map<String, FreezeChanged> byScope) {
        this.byScope = byScope;
    }

    /** Returns a scope that is one: {@code all}, {@code agent:ID}, {@code upstream:NAME} or {@code tool:UPSTREAM/TOOL}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static String scope(String text) {
        if (!SCOPE.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' is nothing that can be frozen: it is all, agent:ID, upstream:NAME or tool:UPSTREAM/TOOL");
        }
        return text;
    }

    /** Returns what is frozen after a change. */
    public Freezes after(FreezeChanged change) {
        Map<String, FreezeChanged> changed = new HashMap<>(byScope);
        if (change.frozen()) {
            changed.put(change.scope(), change);
        } else {
            changed.remove(change.scope());
        }
        return new Freezes(Map.copyOf(changed));
    }

    /** Returns the freeze that holds for a call, the widest first. */
    public Optional<FreezeChanged> of(ToolCall call) {
        if (byScope.isEmpty()) {
            return Optional.empty();
        }
        return find("all")
                .or(() -> find("upstream:" + call.upstream()))
                .or(() -> find("tool:" + call.address()))
                .or(() -> find("agent:" + call.agent()));
    }

    /** Returns every freeze. */
    public Collection<FreezeChanged> all() {
        return byScope.values();
    }

    private Optional<FreezeChanged> find(String scope) {
        return Optional.ofNullable(byScope.get(scope));
    }
}
