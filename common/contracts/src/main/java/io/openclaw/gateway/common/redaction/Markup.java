package io.openclaw.gateway.common.redaction;

/** Masks values in XML and HTML whose element or attribute names a secret, beside it or before it. */
final class Markup {
    private static final int MAX_TAG = 128;

    private final String text;
    private final Values values;
    private final Work work;

    private int valueStart = -1;
    private int valueEnd = -1;
    private int walkedFrom;
    private int walkedTo;

    Markup(String text, Values values, Work work) {
        this.text = text;
        this.values = values;
        this.work = work;
    }

    /** Masks the text of an element up to its end tag; returns its end, or -1 if there is none. */
    int body(int from, SecretNames.Name name) {
        int at = from;
        boolean data = text.startsWith("<![CDATA[", at);
        if (data) {
            at += 9;
        }
        int limit = Math.min(text.length(), at + Values.MAX_VALUE);
        // A text without an element is walked once, however many tags end before it.
        int end = !data && at >= walkedFrom && at < walkedTo ? walkedTo : at;
        int walked = end;
        while (end < limit && text.charAt(end) != '<' && !(data && text.startsWith("]]>", end))) {
            end++;
        }
        work.add(end - walked + 1);
        if (!data) {
            walkedFrom = at;
            walkedTo = end;
        }
        if (end >= limit || !(data || text.startsWith("</", end))) {
            return -1;
        }
        int start = at;
        while (start < end && text.charAt(start) <= ' ') {
            start++;
        }
        int stop = end;
        while (stop > start && text.charAt(stop - 1) <= ' ') {
            stop--;
        }
        if (start == stop || (stop < end && text.substring(start, stop).indexOf('\n') >= 0)) {
            return -1;
        }
        return Math.max(stop, values.literal(start, stop, name, true));
    }

    /**
     * Masks what a tag says beside a name that stands in it: {@code <property name="password" type="x">X<}, {@code <add
     * key="password" value="X"/>}, {@code <add value="X" key="password"/>}.
     *
     * @param from where the quotes of the name are closed
     */
    int attributes(int from, SecretNames.Name name) {
        int at = from;
        int limit = Math.min(text.length(), from + MAX_TAG);
        while (at < limit) {
            char c = text.charAt(at);
            if (c == '>') {
                work.add(at - from);
                return text.charAt(at - 1) == '/' ? earlier(at, name) : Math.max(body(at + 1, name), earlier(at, name));
            }
            if (c == '<' || (c == '\n' && at - from > 80)) {
                break;
            }
            if (Values.isQuote(c)) {
                int close = text.indexOf(c, at + 1, limit);
                if (close < 0) {
                    break;
                }
                if (isValueAttribute(at)) {
                    work.add(at - from);
                    return values.mask(at, name);
                }
                at = close;
            }
            at++;
        }
        work.add(at - from);
        return -1;
    }

    private int earlier(int end, SecretNames.Name name) {
        if (valueStart < 0) {
            return -1;
        }
        values.literal(valueStart, valueEnd, name, true);
        valueStart = -1;
        return end;
    }

    private boolean isValueAttribute(int quote) {
        int end = quote;
        if (end == 0 || text.charAt(end - 1) != '=') {
            return false;
        }
        end--;
        return endsWith(end, "value") || endsWith(end, "content");
    }

    private boolean endsWith(int end, String word) {
        int start = end - word.length();
        return start > 0 && text.charAt(start - 1) <= ' ' && text.regionMatches(true, start, word, 0, word.length());
    }

    /** Remembers the value of an attribute named {@code value}, which the name of the secret may follow in the same tag. */
    void remember(int equal) {
        int quote = equal + 1;
        if (quote < text.length() && Values.isQuote(text.charAt(quote))) {
            int close = text.indexOf(text.charAt(quote), quote + 1, Math.min(text.length(), quote + MAX_TAG));
            work.add((close < 0 ? MAX_TAG : close - quote));
            if (close > quote + 1) {
                valueStart = quote + 1;
                valueEnd = close;
            }
        }
    }

    /** A tag ends: what an attribute said is no value of what follows. */
    void forget() {
        valueStart = -1;
    }

    /**
     * Masks the element that follows one whose text is a name: {@code <key>Password</key><string>X</string>}, {@code
     * <name>password</name><value>X</value>}.
     *
     * @param close where the end tag of the name begins
     */
    int nextElement(int close, SecretNames.Name name, boolean html) {
        int at = text.indexOf('>', close, Math.min(text.length(), close + 32));
        work.add(32);
        if (at < 0) {
            return -1;
        }
        at++;
        while (at < text.length() && at - close < 80 && text.charAt(at) <= ' ') {
            at++;
        }
        if (text.startsWith("<string>", at) || text.startsWith("<value>", at) || text.startsWith("<td>", at)) {
            return body(text.indexOf('>', at) + 1, name);
        }
        if (!html || at >= text.length()) {
            return -1;
        }
        var perhaps = new SecretNames.Name(name.kind(), false, name.plural());
        if (text.charAt(at) == '<') {
            return inside(at, perhaps);
        }
        at = text.charAt(at) == ':' ? values.blanks(at + 1) : at;
        return values.mask(at, perhaps);
    }

    /** Masks the text inside elements that begin there: {@code <td><code>X</code></td>}. */
    int inside(int open, SecretNames.Name name) {
        int at = open;
        int elements = 0;
        while (at + 1 < text.length() && text.charAt(at) == '<' && at - open < 2 * MAX_TAG) {
            boolean closes = text.charAt(at + 1) == '/';
            if (text.startsWith("<a ", at)) {
                return -1;
            }
            int end = text.indexOf('>', at, Math.min(text.length(), at + MAX_TAG));
            if (end < 0 || !(closes || Chars.isLetter(text.charAt(at + 1))) || ++elements > 4) {
                work.add(Math.min(text.length(), at + MAX_TAG) - open);
                return -1;
            }
            at = values.blanks(end + 1);
        }
        work.add(at - open);
        return body(at, new SecretNames.Name(name.kind(), false, name.plural()));
    }

    /** Masks the text of an element whose start tag has attributes, which begin there. */
    int start(int attributes, SecretNames.Name name) {
        int at = attributes;
        int limit = Math.min(text.length(), at + 2 * MAX_TAG);
        while (at < limit && text.charAt(at) != '<' && text.charAt(at) != '>') {
            at++;
        }
        work.add(at - attributes);
        return at < limit && text.charAt(at) == '>' && text.charAt(at - 1) != '/'
                ? body(
                        at + 1,
                        name.kind().startsWith("pass") ? name : new SecretNames.Name(name.kind(), false, name.plural()))
                : -1;
    }
}
