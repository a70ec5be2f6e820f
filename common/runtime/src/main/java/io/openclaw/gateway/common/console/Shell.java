package io.openclaw.gateway.common.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every page of the console needs to know: who looks at it, where its rooms are, and how times are written.
 *
 * @param person the signed-in person's name; empty if nobody is
 * @param urls where the rooms of a service are, by service, if not at the same origin
 * @param assets what is put after the address of styles and scripts, so that a new version is fetched
 * @param proveAgain where a person whose password is elsewhere proves it once more; none without OpenID Connect
 */
public record Shell(
        String person,
        Set<ConsoleRole> roles,
        Map<String, String> urls,
        String assets,
        Instant now,
        @Nullable String proveAgain) {
    private static final DateTimeFormatter EXACT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    public Shell {
        roles = Set.copyOf(roles);
        urls = Map.copyOf(urls);
    }

    /** Returns the rooms that this person may enter, by the heading of the navigation; none for somebody without a role. */
    public Map<String, List<Room>> sections() {
        Map<String, List<Room>> sections = new LinkedHashMap<>();
        if (roles.isEmpty()) {
            return sections;
        }
        Arrays.stream(Room.values())
                .filter(room -> !room.section().isEmpty() && room.isOpenTo(roles))
                .forEach(room -> sections.computeIfAbsent(room.section(), section -> new java.util.ArrayList<>())
                        .add(room));
        return sections;
    }

    /** Returns the address of a path of a service's rooms. */
    public String at(String owner, String path) {
        return urls.getOrDefault(owner, "") + path;
    }

    /** Returns the address of a room. */
    public String at(Room room) {
        return at(room.owner(), room.path());
    }

    /** Tells whether the rooms of a service are at the same origin as this page, so that it can fetch from them. */
    public boolean isHere(String owner) {
        return urls.getOrDefault(owner, "").isEmpty();
    }

    /** Tells whether this person may decide about calls. */
    public boolean mayApprove() {
        return roles.contains(ConsoleRole.APPROVER) || roles.contains(ConsoleRole.ADMINISTRATOR);
    }

    /** Tells whether this person may change policy, freezes and accounts. */
    public boolean mayAdminister() {
        return roles.contains(ConsoleRole.ADMINISTRATOR);
    }

    /** Tells whether this person may search the raw record. */
    public boolean mayAudit() {
        return roles.contains(ConsoleRole.AUDITOR) || roles.contains(ConsoleRole.ADMINISTRATOR);
    }

    /** Writes how long ago, or how soon, something is: {@code 3 min ago}, {@code in 12 s}. */
    public String ago(Instant at) {
        Duration between = Duration.between(at, now);
        return between.isNegative()
                ? "in " + length(between.negated())
                : between.toSeconds() < 2 ? "now" : length(between) + " ago";
    }

    /** Writes a length of time with one unit, or two for hours and days: {@code 45 s}, {@code 12 min}, {@code 3 h 20 min}. */
    public String length(Duration duration) {
        return words(duration);
    }

    /** Writes a number of seconds; see {@link #length}. */
    public String seconds(double seconds) {
        return words(Duration.ofMillis(Math.round(seconds * 1_000)));
    }

    /** Writes how much time is left until a moment. */
    public String left(Instant at) {
        return at.isAfter(now) ? words(Duration.between(now, at)) + " left" : "time is up";
    }

    /** Writes a length of time; see {@link #length}. */
    public static String words(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds == 0 && !duration.isZero() && !duration.isNegative()) {
            return duration.toMillis() + " ms";
        }
        if (seconds < 90) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        if (minutes < 90) {
            return minutes + " min";
        }
        long hours = minutes / 60;
        if (hours < 48) {
            return hours + " h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + " min");
        }
        return hours / 24 + " d" + (hours % 24 == 0 ? "" : " " + hours % 24 + " h");
    }

    /** Writes a time in full. */
    public String exact(Instant at) {
        return EXACT.format(at);
    }

    /** Writes the hour and minute of a time. */
    public String clock(Instant at) {
        return CLOCK.format(at);
    }
}
