package io.openclaw.gateway.policy.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Where two texts differ, line by line: the longest common subsequence stays, the rest was removed or added. */
public final class LineDifference {
    private static final int MAX_LINES = 3_000;

    private LineDifference() {}

    /**
     * A line.
     *
     * @param kind {@code same}, {@code removed} or {@code added}
     */
    public record Line(String kind, String text) {}

    /** Compares two texts; texts of more than 3,000 lines are not compared, and the second is returned as it is. */
    public static List<Line> between(String before, String after) {
        List<String> old = before.lines().toList();
        List<String> now = after.lines().toList();
        if (old.size() > MAX_LINES || now.size() > MAX_LINES) {
            return now.stream().map(line -> new Line("same", line)).toList();
        }
        int[][] common = new int[old.size() + 1][now.size() + 1];
        for (int i = 1; i <= old.size(); i++) {
            for (int j = 1; j <= now.size(); j++) {
                common[i][j] = old.get(i - 1).equals(now.get(j - 1))
                        ? common[i - 1][j - 1] + 1
                        : Math.max(common[i - 1][j], common[i][j - 1]);
            }
        }
        List<Line> lines = new ArrayList<>();
        int i = old.size();
        int j = now.size();
        while (i > 0 || j > 0) {
            if (i > 0 && j > 0 && old.get(i - 1).equals(now.get(j - 1))) {
                lines.add(new Line("same", now.get(--j)));
                i--;
            } else if (j > 0 && (i == 0 || common[i][j - 1] >= common[i - 1][j])) {
                lines.add(new Line("added", now.get(--j)));
            } else {
                lines.add(new Line("removed", old.get(--i)));
            }
        }
        Collections.reverse(lines);
        return List.copyOf(lines);
    }
}
