package io.openclaw.gateway.common.event;

import org.jspecify.annotations.Nullable;

/**
 * Why a call did not succeed.
 *
 * @param type a stable word for programs, such as {@code tool_error} or {@code upstream_unreachable}
 * @param message what was wrong and what to do, for people
 * @param status the HTTP status that the upstream answered, where it did
 */
public record CallError(
        String type, String message, @Nullable Integer status) {
    public static CallError of(String type, String message) {
        return new CallError(type, message, null);
    }
}
