package io.openclaw.gateway.approval.core;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.openclaw.gateway.common.text.Shortened;
import org.jspecify.annotations.Nullable;

/**
 * An approval in a list, in which nothing is long. The whole of it is under its id.
 *
 * @param approval the approval; where {@code argumentsShortened} is there, its arguments are {@code null}; an intent that is
 *     long ends early, and reasons that are long are one that says so
 * @param argumentsShortened the beginning of the arguments, if they are long
 */
public record ListedApproval(
        @JsonUnwrapped Approval approval, @Nullable Shortened argumentsShortened) {}
