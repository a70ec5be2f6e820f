package io.openclaw.gateway.approval.channel.core;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hours of a week.
 *
 * @param days on which they begin
 * @param from when they begin, inclusive
 * @param until when they end, exclusive: on the next day, if that is not after the beginning
 */
public record Hours(Set<DayOfWeek> days, LocalTime from, LocalTime until) {
    private static final Pattern FORMAT =
            Pattern.compile("([A-Za-z]{3})(?:-([A-Za-z]{3}))?\\s+(\\d{1,2}:\\d{2})-(\\d{1,2}:\\d{2})");

    public Hours {
        days = Set.copyOf(days);
    }

    /**
     * Reads hours such as {@code MON-FRI 08:00-18:00}, {@code FRI 22:00-06:00} or {@code MON-SUN 00:00-24:00}.
     *
     * @throws IllegalArgumentException naming the text and how it is written
     */
    public static Hours of(String text) {
        Matcher matcher = FORMAT.matcher(text.strip());
        if (!matcher.matches()) {
            throw wrong(text);
        }
        DayOfWeek first = day(matcher.group(1), text);
        DayOfWeek last = matcher.group(2) == null ? first : day(matcher.group(2), text);
        Set<DayOfWeek> days = EnumSet.of(first);
        for (DayOfWeek day = first; day != last; ) {
            day = day.plus(1);
            days.add(day);
        }
        return new Hours(days, time(matcher.group(3), text), time(matcher.group(4), text));
    }

    private static DayOfWeek day(String name, String text) {
        return Arrays.stream(DayOfWeek.values())
                .filter(day -> day.name().startsWith(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> wrong(text));
    }

    private static LocalTime time(String written, String text) {
        if (written.equals("24:00")) {
            return LocalTime.MIDNIGHT;
        }
        try {
            return LocalTime.parse(written.length() == 4 ? "0" + written : written);
        } catch (DateTimeException e) {
            throw wrong(text);
        }
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("'" + text + "' is no time of the week; write it as MON-FRI 08:00-18:00");
    }

    /** Tells whether a moment is within them. */
    public boolean include(ZonedDateTime at) {
        LocalTime time = at.toLocalTime();
        if (from.isBefore(until)) {
            return days.contains(at.getDayOfWeek()) && !time.isBefore(from) && time.isBefore(until);
        }
        return (days.contains(at.getDayOfWeek()) && !time.isBefore(from))
                || (days.contains(at.getDayOfWeek().minus(1)) && time.isBefore(until));
    }
}
