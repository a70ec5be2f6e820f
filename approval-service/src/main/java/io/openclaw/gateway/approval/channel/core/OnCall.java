package io.openclaw.gateway.approval.channel.core;

import io.openclaw.gateway.approval.core.Approval;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Knows who is on call. */
public interface OnCall {
    /** Returns the names of those who are on call for a call, as the console has them; none if nobody is, or nobody knows. */
    Set<String> at(Approval approval, Instant moment);

    /** Tells whether anybody is ever on call. */
    boolean isSet();

    /**
     * A shift: some people in some hours of the week.
     *
     * @param people their names at the console
     */
    record Shift(Hours hours, List<String> people) {
        public Shift {
            people = List.copyOf(people);
        }

        /**
         * Reads a shift such as {@code MON-FRI 08:00-18:00 alice bob}.
         *
         * @throws IllegalArgumentException naming the text and how it is written
         */
        public static Shift of(String text) {
            String[] words = text.strip().split("\\s+", -1);
            if (words.length < 3) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no shift; write it as MON-FRI 08:00-18:00 alice bob");
            }
            return new Shift(
                    Hours.of(words[0] + " " + words[1]),
                    Arrays.stream(words).skip(2).toList());
        }
    }

    /** People by the hours of the week. */
    record Schedule(List<Shift> shifts, ZoneId zone) implements OnCall {
        public Schedule {
            shifts = List.copyOf(shifts);
        }

        @Override
        public Set<String> at(Approval approval, Instant moment) {
            return shifts.stream()
                    .filter(shift -> shift.hours().include(moment.atZone(zone)))
                    .flatMap(shift -> shift.people().stream())
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        @Override
        public boolean isSet() {
            return !shifts.isEmpty();
        }
    }
}
