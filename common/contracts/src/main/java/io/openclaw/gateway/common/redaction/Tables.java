package io.openclaw.gateway.common.redaction;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Masks the column of a table whose header names a secret: CSV and its relatives, tables of Markdown and of database clients,
 * and columns set by blanks. In a column of tokens or keys, only what looks like a secret is masked, since such tables describe
 * languages, too.
 */
final class Tables {
    private static final int MAX_CELLS = 64;
    private static final int MAX_HEADER = 1024;
    private static final int MAX_CELL = 40;

    private record Cell(int start, int end) {}

    private final String text;
    private final boolean command;
    private final Values values;
    private final Work work;

    private Tables(String text, boolean command, Values values, Work work) {
        this.text = text;
        this.command = command;
        this.values = values;
        this.work = work;
    }

    /** Masks the secret columns of the tables in a text. */
    static void mask(String text, boolean command, Values values, Work work) {
        if (text.indexOf('\n') >= 0 || text.indexOf('|') >= 0) {
            new Tables(text, command, values, work).scan();
        }
    }

    private void scan() {
        char[] separators = {',', '\t', ';', '|', '│', ' '};
        char table = 0;
        int columns = 0;
        SecretNames.@Nullable Name[] names = {};
        int[] starts = {};
        boolean ruled = false;
        for (int line = 0; line < text.length(); ) {
            int end = text.indexOf('\n', line);
            end = end < 0 ? text.length() : end;
            int next = end + 1;
            if (end > line && text.charAt(end - 1) == '\r') {
                end--;
            }
            if (text.startsWith("-[ RECORD", line)) {
                next = record(next);
            }
            if (end - line > Values.MAX_VALUE) {
                table = 0;
                columns = 0;
                line = next;
                continue;
            }
            work.add(2L * (end - line));
            if (!command && text.indexOf('|', line, end) >= 0) {
                fields(line, end);
            }
            if (table != 0 && isRule(line, end)) {
                ruled |= end - line >= 3;
                line = next;
                continue;
            }
            if (table != 0) {
                List<Cell> cells = table == ' ' ? cellsAt(line, end, starts) : cells(line, end, table);
                if (cells.size() == columns) {
                    if (ruled || (table != '|' && table != '│')) {
                        maskRow(cells, names);
                    }
                    line = next;
                    continue;
                }
            }
            table = 0;
            ruled = false;
            if (end - line <= MAX_HEADER) {
                for (char separator : separators) {
                    if (text.indexOf(separator, line, end) < 0) {
                        continue;
                    }
                    List<Cell> cells = cells(line, end, separator);
                    SecretNames.@Nullable Name[] header = cells.size() < 2 ? null : header(cells);
                    if (header != null) {
                        table = separator;
                        columns = cells.size();
                        names = header;
                        starts = cells.stream().mapToInt(Cell::start).toArray();
                        for (int i = 0; i < starts.length; i++) {
                            starts[i] -= line;
                        }
                        ruled = text.charAt(line) == '|' || text.charAt(line) == '│';
                        break;
                    }
                }
            }
            line = next;
        }
    }

    /** Masks what stands beside the name of a secret in a row: {@code | password | X |}, {@code password|X}. */
    private void fields(int line, int end) {
        List<Cell> cells = cells(line, end, '|');
        work.add(end - line);
        boolean closed = text.charAt(skipBlanks(line, end)) == '|';
        if (!closed && (cells.size() != 2 || Literals.hasBlank(text.substring(line, end)))) {
            return;
        }
        for (int i = 0; i + 1 < cells.size(); i++) {
            Cell cell = bare(cells.get(i));
            Cell value = bare(cells.get(i + 1));
            if (cell.end > cell.start && cell.end - cell.start <= MAX_CELL && value.end > value.start && isName(cell)) {
                SecretNames.Name name = SecretNames.of(text.substring(cell.start, cell.end));
                if (name != null && !isSentence(value)) {
                    values.literal(
                            value.start, value.end, new SecretNames.Name(name.kind(), false, name.plural()), true);
                }
            }
        }
    }

    /** What describes a secret, rather than being one: several words, a type such as {@code varchar(255)}. */
    private boolean isSentence(Cell cell) {
        String said = text.substring(cell.start, cell.end);
        return Literals.hasBlank(said) || said.indexOf('(') > 0;
    }

    /** What stands between Markdown's signs; in a command, backticks run what they hold. */
    private Cell bare(Cell cell) {
        int start = cell.start;
        int end = cell.end;
        while (end - start > 2
                && text.charAt(start) == text.charAt(end - 1)
                && (text.charAt(start) == '*'
                        || text.charAt(start) == '_'
                        || (text.charAt(start) == '`' && !command))) {
            start++;
            end--;
        }
        return new Cell(start, end);
    }

    /** Masks the lines of a record that psql sets out as {@code name | value}; returns where they end. */
    private int record(int from) {
        int line = from;
        while (line < text.length()) {
            int end = text.indexOf('\n', line);
            end = end < 0 ? text.length() : end;
            List<Cell> cells = end - line > Values.MAX_VALUE ? List.of() : cells(line, end, '|');
            if (cells.size() != 2) {
                return line;
            }
            work.add(end - line);
            Cell name = cells.getFirst();
            maskRow(
                    List.of(cells.getLast()),
                    new SecretNames.@Nullable Name[] {SecretNames.of(text.substring(name.start, name.end))});
            line = end + 1;
        }
        return line;
    }

    /** A header of a table without a secret is a table, too: its rows are no headers. */
    private SecretNames.@Nullable Name @Nullable [] header(List<Cell> cells) {
        SecretNames.@Nullable Name[] names = new SecretNames.@Nullable Name[cells.size()];
        for (int i = 0; i < names.length; i++) {
            Cell cell = cells.get(i);
            int size = cell.end - cell.start;
            if (size == 0 && (i == 0 || i == names.length - 1)) {
                continue;
            }
            if (size == 0 || size > MAX_CELL || !isName(bare(cell))) {
                return null;
            }
            names[i] = SecretNames.of(text.substring(cell.start, cell.end));
        }
        return names;
    }

    private boolean isName(Cell cell) {
        int letters = 0;
        for (int i = cell.start; i < cell.end; i++) {
            char c = text.charAt(i);
            if (Chars.isLetter(c)) {
                letters++;
            } else if (!Chars.isName(c) && c != ' ' && c != '.' && c != '(' && c != ')' && c != '#') {
                return false;
            }
        }
        return letters > 0;
    }

    private void maskRow(List<Cell> cells, SecretNames.@Nullable Name[] names) {
        for (int i = 0; i < names.length; i++) {
            SecretNames.Name name = names[i];
            Cell cell = cells.get(i);
            if (name == null || cell.start >= cell.end) {
                continue;
            }
            boolean sure = name.sure()
                    && name.kind().startsWith("pass")
                    && !Literals.hasBlank(text.substring(cell.start, cell.end));
            Cell literal = bare(cell);
            if (literal.start < literal.end) {
                values.literal(
                        literal.start, literal.end, new SecretNames.Name(name.kind(), sure, name.plural()), true);
            }
        }
    }

    /** {@code |---|:--:|}, {@code -----+-----}. */
    private boolean isRule(int from, int to) {
        boolean dashes = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            dashes |= c == '-' || c == '=' || c == '─' || c == '━';
            if (c != '-' && c != '=' && c != '+' && c != '|' && c != ':' && c != ' ' && !(c >= '─' && c <= '╿')) {
                return false;
            }
        }
        return dashes;
    }

    /** The cells of a line; those that blanks set apart are set apart by two of them at least. */
    private List<Cell> cells(int from, int to, char separator) {
        List<Cell> cells = new ArrayList<>();
        int at = from;
        if (separator == '|' || separator == '│') {
            // The bars at both ends close the table.
            int first = skipBlanks(from, to);
            if (first < to && text.charAt(first) == separator) {
                at = first + 1;
            }
            int last = to;
            while (last > at && Chars.isBlank(text.charAt(last - 1))) {
                last--;
            }
            to = last > at && text.charAt(last - 1) == separator ? last - 1 : to;
        }
        while (at <= to && cells.size() <= MAX_CELLS) {
            int start = skipBlanks(at, to);
            char quote = start < to && separator != '|' && separator != ' ' ? text.charAt(start) : 0;
            int end;
            int next;
            if (quote == '"' || quote == '\'') {
                end = start + 1;
                while (end < to && text.charAt(end) != quote) {
                    end++;
                }
                int close = Math.min(to, end + 1);
                next = separatorAt(close, to, separator);
                start++;
            } else {
                next = separatorAt(start, to, separator);
                end = next;
                while (end > start && Chars.isBlank(text.charAt(end - 1))) {
                    end--;
                }
            }
            cells.add(new Cell(Math.min(start, end), end));
            at = separator == ' ' ? skipBlanks(next, to) : next + 1;
            if (next >= to || (separator == ' ' && at >= to)) {
                break;
            }
        }
        return cells;
    }

    private int separatorAt(int from, int to, char separator) {
        int at = from;
        while (at < to
                && !(separator == ' '
                        ? text.charAt(at) == ' ' && at + 1 < to && text.charAt(at + 1) == ' '
                        : text.charAt(at) == separator)) {
            at++;
        }
        return at;
    }

    /** The cells that begin where the header's do. */
    private List<Cell> cellsAt(int line, int to, int[] starts) {
        List<Cell> cells = new ArrayList<>();
        for (int column : starts) {
            int start = line + column;
            if (start >= to || text.charAt(start) <= ' ' || (start > line && text.charAt(start - 1) > ' ')) {
                return List.of();
            }
            int end = separatorAt(start, to, ' ');
            while (end > start && text.charAt(end - 1) <= ' ') {
                end--;
            }
            cells.add(new Cell(start, end));
        }
        return cells;
    }

    private int skipBlanks(int from, int to) {
        int at = from;
        while (at < to && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }
}
