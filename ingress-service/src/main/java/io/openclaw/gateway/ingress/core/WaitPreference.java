package io.openclaw.gateway.ingress.core;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How long a caller wants to wait (RFC 7240 section 4.3, {@code Prefer: wait=N}, in seconds). */
public final class WaitPreference {
    /** How long a caller waits that does not say. */
    public static final Duration DEFAULT = Duration.ofSeconds(30);

    /** What a caller gets at the most. */
    public static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Pattern WAIT =
            Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?([^\",;\\s]*)", Pattern.CASE_INSENSITIVE);

    private WaitPreference() {}

    /**
     * Reads the header. A preference is only a wish: one longer than {@link #LONGEST} is cut to that.
     *
     * @throws InvalidRequestException if the wait is no whole number of seconds
     */
    public static Duration of(@Nullable String prefer) {
        Matcher matcher = prefer == null ? null : WAIT.matcher(prefer);
        if (matcher == null || !matcher.find()) {
            return DEFAULT;
        }
        String seconds = matcher.group(1);
        if (!seconds.matches("\\d{1,9}")) {
            throw new InvalidRequestException("'Prefer: wait=" + seconds
                    + "' is no whole number of seconds; it may be 0 to " + LONGEST.toSeconds());
        }
        Duration wanted = Duration.ofSeconds(Long.parseLong(seconds));
        return wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted;
    }
}
