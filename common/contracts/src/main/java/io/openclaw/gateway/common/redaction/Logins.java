package io.openclaw.gateway.common.redaction;

import java.util.Locale;
import java.util.Set;

/** Masks passwords that only their place gives away: {@code user:X@host:5432}, {@code auth=("user", "X")}. */
final class Logins {
    private static final int MAX_LOGIN = 128;
    /** What stands before a colon, and something with an at sign behind it, without being a user. */
    private static final Set<String> NO_USERS = Set.of(
            ("mailto sip sips xmpp acct npm git ssh jid urn workspace file link patch github http https image docker oci from"
                            + " to cc bcc reply contact author email mail e-mail by owner maintainer")
                    .split(" ", -1));
    /** Functions, in lower case, whose last texts are a user and a password. */
    private static final Set<String> CALLS = Set.of(
            ("auth httpbasicauth httpdigestauth httpproxyauth basicauth basic_auth setbasicauth basicauthentication login"
                            + " passwordauthentication usernamepasswordcredentials usernamepasswordauthenticationtoken"
                            + " networkcredential basicawscredentials getconnection mysql_connect credentials plainauth"
                            + " withcredentials withbasicauth http_basic_auth setauth")
                    .split(" ", -1));

    private final String text;
    private final Spans spans;
    private final Values values;
    private final Work work;

    Logins(String text, Spans spans, Values values, Work work) {
        this.text = text;
        this.spans = spans;
        this.values = values;
        this.work = work;
    }

    static Set<String> calls() {
        return CALLS;
    }

    static boolean isCall(String name) {
        return CALLS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Masks the password before an at sign that a host and a port, or a database, follow. */
    void before(int at) {
        int host = at + 1;
        int end = host;
        int limit = Math.min(text.length(), host + MAX_LOGIN);
        while (end < limit && Chars.is(text.charAt(end), Chars.ALNUM | Chars.DASH | Chars.DOT)) {
            end++;
        }
        work.add(end - at);
        boolean port =
                end + 1 < text.length() && text.charAt(end) == ':' && Chars.is(text.charAt(end + 1), Chars.DIGIT);
        boolean database = end + 1 < text.length() && text.charAt(end) == '/' && Chars.isName(text.charAt(end + 1));
        boolean socket = text.startsWith("tcp(", host) || text.startsWith("unix(", host);
        if (!socket && (end == host || !(port || database))) {
            return;
        }
        int start = at;
        int colon = -1;
        int first = Math.max(0, at - MAX_LOGIN);
        while (start > first && isPart(text.charAt(start - 1))) {
            start--;
            colon = text.charAt(start) == ':' ? start : colon;
        }
        work.add(at - start);
        if (colon <= start || at - colon < 4 || !isUser(start, colon)) {
            return;
        }
        String password = text.substring(colon + 1, at);
        boolean secret = Literals.looksSecret(password) || (port && password.length() >= 6) || socket;
        if (secret
                && !Literals.isReference(password, 0, password.length())
                && Spans.endOfMask(text, colon + 1) < 0
                && !password.startsWith("//")) {
            spans.add(colon + 1, at, "password");
        }
    }

    /** Masks the last field of a line of {@code .pgpass}: {@code host:5432:database:user:X}; returns where to go on. */
    int passwordFile(int colon) {
        int at = colon + 6;
        int fields = 0;
        int limit = Math.min(text.length(), colon + 2 * MAX_LOGIN);
        while (at < limit && fields < 2 && text.charAt(at) > ' ' && !Values.isQuote(text.charAt(at))) {
            fields += text.charAt(at) == ':' ? 1 : 0;
            at++;
        }
        int end = at;
        while (end < limit && text.charAt(end) > ' ' && !Values.isQuote(text.charAt(end))) {
            end++;
        }
        work.add(end - colon);
        return fields < 2 || end - at < 3 ? colon : values.literal(at, end, Literals.PASSWORD, false);
    }

    private static boolean isPart(char c) {
        return switch (c) {
            case '"', '\'', '`', '@', '/', '\\', '(', ')', '<', '>', '|', ';', '&', '=', ',', '[', ']', '{', '}', '$' ->
                false;
            default -> c > ' ';
        };
    }

    private boolean isUser(int from, int to) {
        if (!Chars.isLetter(text.charAt(from))) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (!Chars.is(text.charAt(i), Chars.NAME | Chars.DOT)) {
                return false;
            }
        }
        return !NO_USERS.contains(text.substring(from, to).toLowerCase(Locale.ROOT));
    }

    /**
     * Masks the last text of several in parentheses or brackets: {@code ("user", "X")}.
     *
     * @return its end, or -1 if there is none
     */
    int pair(int open) {
        int at = open + 1;
        int limit = Math.min(text.length(), open + 2 * MAX_LOGIN);
        int start = -1;
        int end = -1;
        int count = 0;
        while (at < limit) {
            char c = text.charAt(at);
            if (c <= ' ' || c == ',') {
                at++;
            } else if (Values.isQuote(c)) {
                int close = text.indexOf(c, at + 1, limit);
                if (close < 0) {
                    break;
                }
                start = at + 1;
                end = close;
                count++;
                at = close + 1;
            } else if (count < 3 && Chars.isName(c)) {
                int name = at;
                while (at < limit && (Chars.isName(text.charAt(at)) || text.charAt(at) == '.')) {
                    at++;
                }
                count++;
                start = at < limit && text.charAt(at) == ',' && name < at ? -1 : start;
            } else {
                break;
            }
        }
        work.add(at - open);
        if (count < 2 || start < 0 || at >= text.length() || ")].".indexOf(text.charAt(at)) < 0) {
            return -1;
        }
        return Math.max(end, values.literal(start, end, Literals.PASSWORD, true));
    }
}
