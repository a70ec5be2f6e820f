package io.openclaw.gateway.vetting.judge;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model is told about a call. Credentials in it are masked.
 *
 * @param address {@code upstream/tool}
 * @param arguments as JSON
 * @param commands their normal form, a line each
 * @param findings what rules found, a sentence each
 * @param agent who asks
 * @param roles its roles
 * @param intent what the agent says it wants, if it says so
 * @param context what reaches the upstream beside the arguments, as JSON; empty if nothing does
 * @param recent what the same agent asked for before, oldest first
 */
public record SuspectCase(
        String address,
        String arguments,
        List<String> commands,
        List<String> findings,
        String agent,
        List<String> roles,
        @Nullable String intent,
        String context,
        List<String> recent)
        implements Serializable {}
