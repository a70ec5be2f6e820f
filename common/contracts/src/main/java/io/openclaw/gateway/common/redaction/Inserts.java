package io.openclaw.gateway.common.redaction;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Masks the values of SQL's {@code INSERT INTO t (name, password) VALUES ('bob', 'X'), …} whose columns are named as secrets. */
final class Inserts {
    private static final int MAX_COLUMNS = 64;
    private static final int MAX_HEADER = 2048;
    private static final int MAX_ROWS = 10_000;

    private final String text;
    private final Values values;
    private final Work work;
    /** Up to where rows were read: what stands in a row is no statement. */
    private int done;

    Inserts(String text, Values values, Work work) {
        this.text = text;
        this.values = values;
        this.work = work;
    }

    /** Masks the values of the statement whose table is named there. */
    void rows(int from) {
        if (from < done) {
            return;
        }
        int limit = Math.min(text.length(), from + 128);
        int open = text.indexOf('(', from, limit);
        int other = text.indexOf('\n', from, limit);
        work.add(limit - from);
        if (open < 0 || (other >= 0 && other < open - 1)) {
            return;
        }
        int close = text.indexOf(')', open, Math.min(text.length(), open + MAX_HEADER));
        work.add((close < 0 ? MAX_HEADER : close - open) / 4);
        if (close < 0) {
            return;
        }
        List<SecretNames.@Nullable Name> columns = columns(open + 1, close);
        int at = blanks(close + 1);
        if (columns.stream().allMatch(each -> each == null) || !text.regionMatches(true, at, "values", 0, 6)) {
            return;
        }
        at = blanks(at + 6);
        for (int rows = 0; rows < MAX_ROWS && at < text.length() && text.charAt(at) == '('; rows++) {
            at = row(at + 1, columns);
            if (at < 0) {
                return;
            }
            at = blanks(at);
            if (at >= text.length() || text.charAt(at) != ',') {
                return;
            }
            at = blanks(at + 1);
        }
    }

    private List<SecretNames.@Nullable Name> columns(int from, int to) {
        List<SecretNames.@Nullable Name> columns = new ArrayList<>();
        int start = from;
        for (int i = from; i <= to && columns.size() < MAX_COLUMNS; i++) {
            if (i == to || text.charAt(i) == ',') {
                columns.add(SecretNames.of(text.substring(start, i).strip()));
                start = i + 1;
            }
        }
        return columns;
    }

    /** Masks one row; returns where it ends, or -1 if it is none. */
    private int row(int from, List<SecretNames.@Nullable Name> columns) {
        int at = from;
        int column = 0;
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'') {
                int end = at + 1;
                while (end < text.length() && (text.charAt(end) != '\'' || text.startsWith("''", end))) {
                    end += text.charAt(end) == '\'' ? 2 : 1;
                }
                // Databases differ in what a backslash before a quote is, and so in where the text ends.
                if (end >= text.length() || text.charAt(end - 1) == '\\') {
                    work.add(end - from);
                    done = end;
                    return -1;
                }
                SecretNames.Name name = column < columns.size() ? columns.get(column) : null;
                if (name != null && end > at + 1 && end - at < Values.MAX_VALUE) {
                    values.literal(at + 1, end, name, true);
                }
                at = end + 1;
                continue;
            }
            if (c == ')' && depth == 0) {
                work.add(at - from);
                done = at;
                return at + 1;
            }
            if (c == ';' || c == '\n') {
                break;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            column += c == ',' && depth == 0 ? 1 : 0;
            at++;
        }
        work.add(at - from);
        done = at;
        return -1;
    }

    private int blanks(int from) {
        int at = from;
        while (at < text.length() && at - from < 64 && text.charAt(at) <= ' ') {
            at++;
        }
        work.add(at - from);
        return at;
    }
}
