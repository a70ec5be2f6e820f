package io.openclaw.gateway.common.inspection;

import io.openclaw.gateway.common.text.FoldedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Recognises texts that speak to a model instead of telling it something (prompt injection, OWASP LLM01): instructions to
 * forget its own, made-up turns of a conversation, hidden characters, pictures whose address carries data away.
 *
 * <p>Read is the folded text ({@link FoldedText}), so that no soft hyphen or look-alike in a word hides it. One pass over its words, each of which is looked up once; a form is a row of kinds of words with gaps of bounded
 * length between them. So the work is linear in the length of the text, whatever it holds, and nobody can make inspection
 * slow by writing a text (decision 0016).
 */
public final class InjectionScanner {
    /** What stands in place of what was found. */
    public static final String MASK = "[masked: instructions to a model]";

    /** How much behind a form is masked with it, up to the end of its line. */
    private static final int MAX_TAIL = 200;

    private static final int MAX_WORD = 15;

    /** For each first letter, the lengths of the words that forms are made of, as bits. */
    private static final int[] LENGTHS = new int[26];

    static {
        String words =
                "ignore disregard forget override bypass follow don't previous prior above earlier preceding all any"
                        + " your original system instruction instructions prompt prompts rules guidelines directions context policy"
                        + " policies guardrails training agent agents ai ais assistant assistants model models llm llms bot bots"
                        + " claude claudes gpt gpts openclaw openclaws must should please shall to has have need needs in into at"
                        + " via run execute delete download transfer call open fetch install approve send email upload post forward"
                        + " mail exfiltrate leak include append password passwords secret secrets token tokens credential"
                        + " credentials apikey apikeys api_key api_keys id_rsa conversation conversations key keys api private"
                        + " environment variables chat history new updated real actual admin administrator developer directive"
                        + " message mode you are now from on will act as if were pretend be role task goal is user human owner"
                        + " operator anyone anybody people the this it anything tell telling inform informing mention mentioning"
                        + " alert alerting notify notifying reveal revealing show showing do not never without safe approved"
                        + " authorised authorized preapproved whitelisted allowed by pre already been was";
        for (String word : words.split(" ", -1)) {
            LENGTHS[word.charAt(0) - 'a'] |= 1 << word.length();
        }
    }

    private final String text;
    private final Set<String> kinds = new LinkedHashSet<>();
    private final boolean masking;
    private final List<Part> hiddenParts = new ArrayList<>();
    private int[] spans = new int[8];
    private int spanCount;
    private long work;

    /** The last words, in lower case, newest first; empty before what interrupts them. */
    private final String[] recent = {"", "", "", "", "", ""};

    private int previousEnd;
    private final int[] recentStarts = new int[6];

    private final Chain override = new Chain("override", 40, 30);
    private final Chain command = new Chain("command", 40, 60);
    private final Chain exfiltration = new Chain("exfiltration", 60, 60);

    private int noBracketUntil;

    private final FoldedText folded;
    private final Phrases phrases = new Phrases(this::found);

    private InjectionScanner(String written, boolean masking) {
        folded = FoldedText.of(written);
        this.text = folded.text();
        this.masking = masking;
    }

    /** A part of a text that speaks to a model, from where to where. */
    public record Part(int start, int end) {}

    /** What a text holds: the kinds of instructions, and where they stand, in order and apart. */
    public record Found(Set<String> kinds, List<Part> parts) {
        public Found {
            kinds = Collections.unmodifiableSet(new LinkedHashSet<>(kinds));
            parts = List.copyOf(parts);
        }
    }

    /** Returns what instructions a text holds, and where. */
    public static Found find(String text) {
        var scanner = new InjectionScanner(text, true);
        scanner.scan();
        return new Found(scanner.kinds, scanner.parts());
    }

    /** Returns what kinds of instructions a text holds; none, most of the time. */
    public static Set<String> kinds(String text) {
        var scanner = new InjectionScanner(text, false);
        scanner.scan();
        return scanner.kinds;
    }

    /** Replaces the instructions in a text. */
    public static String mask(String text) {
        var scanner = new InjectionScanner(text, true);
        scanner.scan();
        return scanner.masked();
    }

    /** Returns how many characters a scan of the text looks at. */
    static long workOf(String text) {
        var scanner = new InjectionScanner(text, true);
        scanner.scan();
        return scanner.work;
    }

    /** Three kinds of words that follow each other, with gaps in which no sentence ends. */
    private final class Chain {
        private final String kind;
        private final int firstGap;
        private final int secondGap;
        private int firstStart = -1;
        private int firstEnd = -1;
        private int secondStart = -1;
        private int secondEnd = -1;

        Chain(String kind, int firstGap, int secondGap) {
            this.kind = kind;
            this.firstGap = firstGap;
            this.secondGap = secondGap;
        }

        void clear() {
            firstEnd = -1;
            secondEnd = -1;
        }

        void first(int start, int end) {
            firstStart = start;
            firstEnd = end;
        }

        void second(int start, int end) {
            if (firstEnd >= 0 && start - firstEnd <= firstGap) {
                secondStart = firstStart;
                secondEnd = end;
            }
        }

        void third(int start, int end) {
            if (secondEnd >= 0 && start - secondEnd <= secondGap && start >= secondEnd) {
                found(kind, secondStart, end, MAX_TAIL);
            }
        }
    }

    private void found(String kind, int start, int end, int tail) {
        kinds.add(kind);
        if (!masking) {
            return;
        }
        int stop = end;
        int from = spanCount > 0 ? Math.max(end, Math.min(text.length(), spans[spanCount - 1])) : end;
        if (tail > 0) {
            stop = Math.max(end, from <= end + tail ? from : end);
            int limit = Math.min(text.length(), end + tail);
            while (stop < limit && text.charAt(stop) != '\n') {
                stop++;
                work++;
            }
        }
        if (spanCount > 0 && start <= spans[spanCount - 1]) {
            spans[spanCount - 2] = Math.min(spans[spanCount - 2], start);
            spans[spanCount - 1] = Math.max(spans[spanCount - 1], stop);
            return;
        }
        if (spanCount + 2 > spans.length) {
            spans = Arrays.copyOf(spans, spans.length * 2);
        }
        spans[spanCount++] = start;
        spans[spanCount++] = stop;
    }

    private String masked() {
        return masked(folded.original(), parts());
    }

    /** Returns a text with a mask in place of each part. */
    static String masked(String text, List<Part> parts) {
        if (parts.isEmpty()) {
            return text;
        }
        var masked = new StringBuilder(text.length());
        int done = 0;
        for (Part part : parts) {
            masked.append(text, done, part.start).append(MASK);
            done = part.end;
        }
        return masked.append(text, done, text.length()).toString();
    }

    /** Returns the parts in the text as it was written, in order and apart. */
    private List<Part> parts() {
        List<Part> all = new ArrayList<>();
        for (int i = 0; i < spanCount; i += 2) {
            all.add(new Part(folded.start(spans[i]), folded.end(spans[i + 1])));
        }
        all.addAll(hiddenParts);
        all.sort(Comparator.comparingInt(Part::start));
        List<Part> apart = new ArrayList<>();
        int done = 0;
        for (Part part : all) {
            if (part.end <= done) {
                continue;
            }
            apart.add(new Part(Math.max(done, part.start), part.end));
            done = part.end;
        }
        return apart;
    }

    private void scan() {
        if (!folded.isUnchanged()) {
            hidden(folded.original());
        }
        int length = text.length();
        boolean lineStart = true;
        for (int i = 0; i < length; ) {
            work++;
            char c = text.charAt(i);
            if (isWord(c)) {
                int end = i + 1;
                while (end < length && isWord(text.charAt(end))) {
                    end++;
                }
                // "don't" is one word.
                if (end + 1 < length
                        && (text.charAt(end) == '\'' || text.charAt(end) == '’')
                        && text.charAt(end + 1) == 't'
                        && (end + 2 == length || !isWord(text.charAt(end + 2)))) {
                    end += 2;
                }
                work += end - i;
                if (lineStart && end < length && text.charAt(end) <= ':') {
                    turnOfALine(i, end);
                }
                lineStart = false;
                word(i, end);
                phrases.word(text, i, end);
                previousEnd = end;
                i = end;
                continue;
            }
            switch (c) {
                case '\n' -> {
                    sentenceEnds();
                    lineStart = true;
                    i++;
                }
                case '.' -> {
                    sentenceEndsAt(i);
                    i++;
                }
                case '<', '[' -> {
                    lineStart = false;
                    turn(i);
                    i++;
                }
                case '!' -> {
                    i = picture(i);
                }
                case '#', ' ', '\t', '\r' -> i++;
                default -> {
                    lineStart = false;
                    if (c >= Phrases.FIRST_IDEOGRAPH) {
                        work += phrases.ideograph(text, i);
                    } else if (c == '?' || c == ';') {
                        phrases.clear();
                    }
                    i++;
                }
            }
        }
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    private void sentenceEnds() {
        phrases.clear();
        override.clear();
        command.clear();
        exfiltration.clear();
    }

    /** A full stop ends a sentence, unless it begins the name of a file of secrets. */
    private void sentenceEndsAt(int at) {
        if (text.startsWith("env", at + 1) && (at + 4 >= text.length() || !isWord(text.charAt(at + 4)))) {
            exfiltration.second(at, at + 4);
            override.clear();
            command.clear();
        } else {
            sentenceEnds();
        }
    }

    /** Most words of most texts begin with no letter, or have no length, of a word that a form is made of. */
    private boolean isOfInterest(int start, int end) {
        int length = end - start;
        int letter = (text.charAt(start) | 0x20) - 'a';
        return length <= MAX_WORD && letter >= 0 && letter < 26 && (LENGTHS[letter] & 1 << length) != 0;
    }

    private void word(int start, int end) {
        String word = isOfInterest(start, end) ? text.substring(start, end).toLowerCase(Locale.ROOT) : "";
        boolean follows = isBlank(previousEnd, start);
        System.arraycopy(recent, 0, recent, 1, recent.length - 1);
        System.arraycopy(recentStarts, 0, recentStarts, 1, recentStarts.length - 1);
        recent[0] = word;
        recentStarts[0] = start;
        if (!follows) {
            // A word behind punctuation follows none, except behind a comma, as in "from now on, you".
            boolean comma =
                    previousEnd < text.length() && text.charAt(previousEnd) == ',' && isBlank(previousEnd + 1, start);
            if (!comma) {
                Arrays.fill(recent, 1, recent.length, "");
            }
        }
        String one = recent[1];
        int pairStart = recentStarts[1];
        switch (word) {
            case "ignore", "disregard", "forget", "override", "bypass" -> override.first(start, end);
            case "follow" -> {
                if (one.equals("don't") || one.equals("don’t")) {
                    override.first(pairStart, end);
                } else if (one.equals("not") && recent[2].equals("do")) {
                    override.first(recentStarts[2], end);
                }
            }
            case "previous", "prior", "above", "earlier", "preceding", "all", "any", "your", "original" ->
                override.second(start, end);
            case "system" -> override.second(start, end);
            case "instruction",
                    "instructions",
                    "prompt",
                    "prompts",
                    "rules",
                    "guidelines",
                    "directions",
                    "context",
                    "policy",
                    "policies",
                    "guardrails",
                    "training" -> {
                override.third(start, end);
                if (word.equals("prompt") && one.equals("system")) {
                    exfiltration.second(pairStart, end);
                }
            }
            case "agent",
                    "agents",
                    "ai",
                    "ais",
                    "assistant",
                    "assistants",
                    "model",
                    "models",
                    "llm",
                    "llms",
                    "bot",
                    "bots",
                    "claude",
                    "claudes",
                    "gpt",
                    "gpts",
                    "openclaw",
                    "openclaws" -> command.first(start, end);
            case "must", "should", "please", "shall" -> command.second(start, end);
            case "to" -> {
                if (one.equals("has") || one.equals("have") || one.equals("need") || one.equals("needs")) {
                    command.second(pairStart, end);
                }
                exfiltration.third(start, end);
            }
            case "in", "into", "at", "via" -> exfiltration.third(start, end);
            case "run", "execute", "delete", "download", "transfer", "call", "open", "fetch", "install", "approve" ->
                command.third(start, end);
            case "send", "email", "upload", "post", "forward" -> {
                command.third(start, end);
                exfiltration.first(start, end);
            }
            case "mail" -> {
                if (start >= 2 && text.charAt(start - 1) == '-' && (text.charAt(start - 2) | 0x20) == 'e') {
                    exfiltration.first(start - 2, end);
                }
            }
            case "exfiltrate", "leak", "include", "append" -> exfiltration.first(start, end);
            case "password",
                    "passwords",
                    "secret",
                    "secrets",
                    "token",
                    "tokens",
                    "credential",
                    "credentials",
                    "apikey",
                    "apikeys",
                    "api_key",
                    "api_keys",
                    "id_rsa",
                    "conversation",
                    "conversations" -> exfiltration.second(start, end);
            case "key", "keys" -> {
                if (one.equals("api")
                        || one.equals("private")
                        || (start >= 4 && text.regionMatches(true, start - 4, "api", 0, 3))) {
                    exfiltration.second(pairStart, end);
                }
            }
            case "variables" -> {
                if (one.equals("environment")) {
                    exfiltration.second(pairStart, end);
                }
            }
            case "history" -> {
                if (one.equals("chat")) {
                    exfiltration.second(pairStart, end);
                }
            }
            default -> {}
        }
        phrases(word, end, one);
    }

    private void phrases(String word, int end, String one) {
        String two = recent[2];
        String three = recent[3];
        switch (word) {
            case "instruction", "instructions", "prompt", "directive", "override", "message", "mode" -> {
                switch (one) {
                    case "new", "updated", "real", "actual", "system", "admin", "administrator", "developer" ->
                        announcement(recentStarts[1], end);
                    default -> {}
                }
            }
            case "now" -> {
                if (one.equals("are") && two.equals("you")) {
                    found("role", recentStarts[2], end, MAX_TAIL);
                }
                if (one.equals("will")) {
                    command.second(recentStarts[1], end);
                }
            }
            case "you" -> {
                if (one.equals("on") && two.equals("now") && three.equals("from")) {
                    found("role", recentStarts[3], end, MAX_TAIL);
                }
            }
            case "are", "were", "have" -> {
                if (one.equals("you")
                        && ((two.equals("if") && three.equals("as") && recent[4].equals("act"))
                                || (two.equals("pretend") && word.equals("are")))) {
                    found("role", two.equals("if") ? recentStarts[4] : recentStarts[2], end, MAX_TAIL);
                }
            }
            case "be" -> {
                if (one.equals("to") && two.equals("pretend")) {
                    found("role", recentStarts[2], end, MAX_TAIL);
                }
            }
            case "is" -> {
                if ((one.equals("role") || one.equals("task") || one.equals("goal"))
                        && two.equals("new")
                        && three.equals("your")) {
                    found("role", recentStarts[3], end, MAX_TAIL);
                }
            }
            case "user", "human", "owner", "operator", "anyone", "anybody", "people" -> secrecy(end);
            case "safe", "approved", "authorised", "authorized", "preapproved", "whitelisted" -> verdict(end, 1);
            case "by" -> {
                if (one.equals("allowed")) {
                    verdict(end, 2);
                }
            }
            default -> {}
        }
    }

    /** {@code new instructions:}, {@code developer mode enabled}. */
    private void announcement(int start, int end) {
        int at = end;
        while (at < text.length() && at - end < 32 && text.charAt(at) <= ' ') {
            at++;
        }
        work += at - end;
        if (at >= text.length()) {
            return;
        }
        char c = text.charAt(at);
        if (c == ':'
                || c == '='
                || text.regionMatches(true, at, "enabled", 0, 7)
                || text.regionMatches(true, at, "activated", 0, 9)) {
            found("new-instructions", start, at + 1, MAX_TAIL);
        }
    }

    /** {@code do not tell the user}: looked for backwards over the few words before. */
    private void secrecy(int end) {
        int at = 1;
        if (recent[at].equals("the")) {
            at++;
        }
        if (recent[at].equals("to")) {
            at++;
        }
        if (recent[at].equals("this") || recent[at].equals("it") || recent[at].equals("anything")) {
            at++;
        }
        if (at >= recent.length || !isTelling(recent[at])) {
            return;
        }
        int from = recentStarts[at];
        int before = from - 1;
        while (before >= 0 && from - before < 16 && text.charAt(before) <= ' ') {
            before--;
        }
        int wordEnd = before + 1;
        while (before >= 0 && wordEnd - before < 10 && text.charAt(before) > ' ') {
            before--;
        }
        work += from - before;
        String negation = text.substring(before + 1, wordEnd).toLowerCase(Locale.ROOT);
        boolean doNot = negation.equals("not") && text.regionMatches(true, Math.max(0, before - 2), "do", 0, 2);
        if (doNot
                || negation.endsWith("don't")
                || negation.endsWith("don’t")
                || negation.endsWith("never")
                || negation.endsWith("without")) {
            found("secrecy", doNot ? before - 2 : before + 1, end, MAX_TAIL);
        }
    }

    private static boolean isTelling(String word) {
        return switch (word) {
            case "tell",
                    "telling",
                    "inform",
                    "informing",
                    "mention",
                    "mentioning",
                    "alert",
                    "alerting",
                    "notify",
                    "notifying",
                    "reveal",
                    "revealing",
                    "show",
                    "showing" -> true;
            default -> false;
        };
    }

    /** {@code this command has already been approved}. */
    private void verdict(int end, int from) {
        int at = from;
        if (recent[at].equals("pre")) {
            at++;
        }
        if (recent[at].equals("already")) {
            at++;
        }
        boolean been = at < recent.length && recent[at].equals("been");
        if (been) {
            at++;
        }
        if (at >= recent.length
                || !(been ? recent[at].equals("has") : (recent[at].equals("is") || recent[at].equals("was")))) {
            return;
        }
        int verb = recentStarts[at];
        int subjectEnd = verb;
        while (subjectEnd > 0 && verb - subjectEnd < 8 && text.charAt(subjectEnd - 1) <= ' ') {
            subjectEnd--;
        }
        int window = Math.max(0, subjectEnd - 16);
        work += subjectEnd - window;
        String before =
                text.substring(window, subjectEnd).toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
        for (String subject : new String[] {"this command", "this call", "this request", "this tool call", "it"}) {
            if (before.endsWith(subject)) {
                int subjectStart = subjectEnd - subject.length();
                if (subjectStart <= 0 || !isWord(text.charAt(subjectStart - 1))) {
                    found("verdict", Math.max(0, subjectStart), end, 100);
                    return;
                }
            }
        }
    }

    private boolean isBlank(int from, int to) {
        if (to - from > 8 || to <= from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i) > ' ') {
                return false;
            }
        }
        return true;
    }

    /** A line that begins with {@code system:} and the like. */
    private void turnOfALine(int start, int end) {
        int length = end - start;
        boolean role = (length == 6 && text.regionMatches(true, start, "system", 0, 6))
                || (length == 9 && text.regionMatches(true, start, "assistant", 0, 9))
                || (length == 5 && text.regionMatches(true, start, "human", 0, 5));
        if (!role) {
            return;
        }
        int at = end;
        while (at < text.length() && at - end < 8 && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        if (at + 1 < text.length() && text.charAt(at) == ':' && text.charAt(at + 1) <= ' ') {
            found("turn", start, at + 1, 0);
        }
    }

    /** Marks of a conversation: {@code <|im_start|>}, {@code </system>}, {@code [INST]}. */
    private void turn(int start) {
        int at = start + 1;
        int limit = Math.min(text.length(), start + 40);
        boolean square = text.charAt(start) == '[';
        if (!square && text.regionMatches(true, start, "<<SYS>>", 0, 7)) {
            found("turn", start, start + 7, 0);
            return;
        }
        if (at < limit && (text.charAt(at) == '/' || text.charAt(at) == '|')) {
            at++;
        }
        int name = at;
        while (at < limit
                && text.charAt(at) != '>'
                && text.charAt(at) != ']'
                && text.charAt(at) != '<'
                && text.charAt(at) != '[') {
            at++;
        }
        work += at - start;
        if (at >= limit || text.charAt(at) != (square ? ']' : '>')) {
            return;
        }
        int end = at;
        if (end > name && text.charAt(end - 1) == '|') {
            end--;
        }
        String word = text.substring(name, end).toLowerCase(Locale.ROOT);
        boolean isTurn = square
                ? word.equals("inst")
                : switch (word) {
                    case "im_start",
                            "im_end",
                            "system",
                            "endoftext",
                            "start_header_id",
                            "eot_id",
                            "assistant",
                            "instruction",
                            "instructions",
                            "tool_call",
                            "function_calls" -> true;
                    default -> word.startsWith("antml") && word.length() <= 25;
                };
        if (isTurn) {
            found("turn", start, at + 1, 0);
        }
    }

    /** A picture whose address carries something: {@code ![x](https://host/p?d=…)}. Returns where to go on. */
    private int picture(int start) {
        if (start + 1 >= text.length() || text.charAt(start + 1) != '[') {
            return start + 1;
        }
        int limit = Math.min(text.length(), start + 204);
        int close = Math.max(start + 2, noBracketUntil);
        while (close < limit && text.charAt(close) != ']') {
            close++;
            work++;
        }
        noBracketUntil = close;
        if (close >= limit || !text.startsWith("](http", close)) {
            return start + 1;
        }
        int end = close + 2;
        int query = -1;
        while (end < text.length() && text.charAt(end) != ')' && text.charAt(end) > ' ') {
            if (query < 0 && (text.charAt(end) == '?' || text.charAt(end) == '&')) {
                query = end;
            }
            end++;
        }
        work += end - close;
        int equal = query < 0 ? -1 : text.indexOf('=', query, end);
        if (equal > query + 1 && end < text.length() && text.charAt(end) == ')') {
            found("picture", start, end + 1, 0);
        }
        return end;
    }

    /** Characters that nobody sees, which folding leaves out: tags, zero width, and marks that turn the direction of writing. */
    private void hidden(String written) {
        work += written.length();
        for (int i = 0; i < written.length(); ) {
            char c = written.charAt(i);
            int end = i + 1;
            int least = 4;
            if ((c >= '\u202A' && c <= '\u202E') || (c >= '\u2066' && c <= '\u2069')) {
                least = 1;
            } else if (c == '\uDB40') {
                end = i;
                while (end + 1 < written.length()
                        && written.charAt(end) == '\uDB40'
                        && written.charAt(end + 1) <= '\uDC7F') {
                    end += 2;
                }
                end = Math.max(end, i + 1);
            } else if (isZeroWidth(c)) {
                while (end < written.length() && isZeroWidth(written.charAt(end))) {
                    end++;
                }
            } else {
                least = Integer.MAX_VALUE;
            }
            if (end - i >= least) {
                kinds.add("hidden");
                if (masking) {
                    hiddenParts.add(new Part(i, end));
                }
            }
            i = end;
        }
    }

    private static boolean isZeroWidth(char c) {
        return (c >= '\u200B' && c <= '\u200F') || (c >= '\u2060' && c <= '\u2064') || c == '\uFEFF';
    }
}
