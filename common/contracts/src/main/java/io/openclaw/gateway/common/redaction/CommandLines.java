package io.openclaw.gateway.common.redaction;

import java.util.ArrayList;
import java.util.List;

/** Takes a text apart into the words of commands, as a shell would, and masks what {@link Commands} finds in them. */
final class CommandLines {
    private static final int MAX_WORDS = 256;
    private static final int MAX_DEPTH = 3;
    private static final int MAX_LINES = 50;

    /** A word without its quotes; only one that is quoted as a whole, or not at all, has a place in the text. */
    private record Word(String text, int start, boolean plain) {}

    private final String text;
    private final Values values;
    private final Work work;

    private final List<Word> words = new ArrayList<>();
    private final List<Word> before = new ArrayList<>();
    private int documentEnd;

    private CommandLines(String text, Values values, Work work) {
        this.text = text;
        this.values = values;
        this.work = work;
    }

    /** Masks the secrets in the commands of a text. */
    static void mask(String text, Values values, Work work) {
        new CommandLines(text, values, work).scan(0, text.length(), 0);
    }

    private void scan(int from, int to, int depth) {
        work.add(to - from);
        words.clear();
        before.clear();
        for (int i = from; i < to; ) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t' || c == '\r') {
                i++;
            } else if (c == '\\' && i + 1 < to && text.charAt(i + 1) == '\n') {
                i += 2;
            } else if (Operands.separates(c) || c == ')') {
                boolean pipe = c == '|' && !(i + 1 < to && text.charAt(i + 1) == '|');
                command(i, pipe);
                i++;
            } else if (text.startsWith("<<<", i)) {
                words.add(new Word("<<<", i, false));
                i += 3;
            } else {
                i = word(i, to, depth);
            }
            if (words.size() >= MAX_WORDS) {
                command(i, false);
            }
        }
        command(to, false);
    }

    private int word(int start, int to, int depth) {
        char quote = text.charAt(start);
        if (Values.isQuote(quote)) {
            int close = text.indexOf(quote, start + 1, Math.min(to, start + Values.MAX_VALUE));
            if (close > start && (close + 1 == to || endsWord(text.charAt(close + 1)))) {
                String inside = text.substring(start + 1, close);
                words.add(new Word(inside, start + 1, inside.indexOf('\\') < 0));
                if (depth < MAX_DEPTH && Literals.hasBlank(inside) && inside.length() >= 8) {
                    // A command in a word: sh -c "vault login X".
                    CommandLines nested = new CommandLines(text, values, work);
                    nested.scan(start + 1, close, depth + 1);
                }
                return close + 1;
            }
            if (close < 0) {
                work.add(Math.min(to - start, Values.MAX_VALUE) / 16);
            }
        }
        int end = start;
        boolean quoted = false;
        while (end < to && (!endsWord(text.charAt(end)) || end == start)) {
            char c = text.charAt(end);
            quoted |= Values.isQuote(c) || c == '\\';
            int mask = c == '[' ? Spans.endOfMask(text, end) : -1;
            quoted |= mask > 0;
            end = Math.max(end + 1, mask);
        }
        // k="X", "k"=X
        String raw = text.substring(start, end);
        int equal = raw.indexOf('=');
        boolean pair = quoted
                && equal > 0
                && equal + 2 < raw.length()
                && Values.isQuote(raw.charAt(equal + 1))
                && raw.charAt(raw.length() - 1) == raw.charAt(equal + 1);
        words.add(new Word(pair ? raw.substring(0, raw.length() - 1) : raw, start, !quoted || pair));
        return end;
    }

    private static boolean endsWord(char c) {
        return c <= ' ' || Operands.separates(c) || c == ')';
    }

    private void command(int end, boolean pipes) {
        if (words.isEmpty()) {
            before.clear();
            return;
        }
        List<String> texts = words.stream().map(Word::text).toList();
        for (Commands.Found found : Commands.find(texts)) {
            mask(words.get(found.word()), found);
        }
        if (Commands.readsSecret(texts)) {
            boolean users = Commands.readsUsers(texts);
            List<String> written = before.stream().map(Word::text).toList();
            for (Commands.Found found : Commands.written(written)) {
                input(before.get(found.word()), found, users);
            }
            for (int i = 0; i + 1 < words.size(); i++) {
                Word word = words.get(i);
                if (word.text.equals("<<<")) {
                    Word next = words.get(i + 1);
                    input(next, new Commands.Found(i + 1, 0, next.text.length(), true), users);
                } else if (word.text.startsWith("<<")
                        || (i == 0 && words.getLast().text.startsWith("<<"))) {
                    document(word.text.startsWith("<<") ? word.text : words.getLast().text, end, users);
                    break;
                }
            }
        }
        before.clear();
        if (pipes) {
            before.addAll(words);
        }
        words.clear();
    }

    private void input(Word word, Commands.Found found, boolean users) {
        int colon = users ? word.text.indexOf(':') : -1;
        if (users && colon < 0) {
            return;
        }
        mask(word, new Commands.Found(found.word(), colon + 1, found.to(), true));
    }

    private void mask(Word word, Commands.Found found) {
        int from = found.from();
        int to = found.to();
        if (!word.plain || from >= to) {
            return;
        }
        if (from > 0 && Values.isQuote(word.text.charAt(from))) {
            from++;
        }
        if (from < to) {
            values.literal(
                    word.start + from, word.start + to, new SecretNames.Name("password", found.sure(), false), true);
        }
    }

    /** The lines of a document that stands in the text: {@code chpasswd <<EOF}. */
    private void document(String redirection, int end, boolean users) {
        String delimiter = redirection.replaceAll("[<\\-'\"]", "");
        int at = end;
        if (delimiter.isEmpty() || at < documentEnd || at >= text.length() || text.charAt(at) != '\n') {
            return;
        }
        for (int lines = 0; lines < MAX_LINES && at < text.length(); lines++) {
            int line = at + 1;
            int stop = text.indexOf('\n', line, Math.min(text.length(), line + Values.MAX_VALUE));
            stop = stop < 0 ? Math.min(text.length(), line + Values.MAX_VALUE) : stop;
            work.add(stop - line);
            String said = line > stop ? "" : text.substring(line, stop);
            if (said.strip().equals(delimiter)) {
                return;
            }
            input(new Word(said, line, true), new Commands.Found(0, 0, said.length(), true), users);
            at = stop;
            documentEnd = at;
        }
    }
}
