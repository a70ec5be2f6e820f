package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls as agents ask for them. */
record Asked(
        String agent,
        String address,
        String arguments,
        @Nullable String intent,
        Identity identity,
        @Nullable String context,
        Instant at,
        Mode mode) {
    static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    static Asked by(String agent, String address) {
        return new Asked(agent, address, "{}", null, Identity.NONE, null, NOON, Mode.EXECUTE);
    }

    Asked with(String json) {
        return new Asked(agent, address, json, intent, identity, context, at, mode);
    }

    Asked wanting(String what) {
        return new Asked(agent, address, arguments, what, identity, context, at, mode);
    }

    Asked as(Identity who) {
        return new Asked(agent, address, arguments, intent, who, context, at, mode);
    }

    Asked within(String json) {
        return new Asked(agent, address, arguments, intent, identity, json, at, mode);
    }

    Asked at(Instant when) {
        return new Asked(agent, address, arguments, intent, identity, context, when, mode);
    }

    Asked dry() {
        return new Asked(agent, address, arguments, intent, identity, context, at, Mode.DRY_RUN);
    }

    ToolCall call() {
        int slash = address.indexOf('/');
        return new ToolCall(
                CallIds.next(),
                agent,
                address.substring(0, slash),
                address.substring(slash + 1),
                RawJson.of(arguments),
                Origin.REST,
                mode,
                at,
                at.plusSeconds(1800),
                null,
                intent,
                context == null ? null : RawJson.of(context),
                identity,
                0,
                "",
                null,
                Map.of());
    }
}
