package io.openclaw.gateway.policy.core;

import com.google.re2j.Matcher;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression of ECMA-262 (2025, with the flag {@code u}, as JSON Schema 2020-12 section 6.4 recommends), searched
 * for in a text with a limit on the work. RE2 runs what is regular; a backtracking engine runs lookaround, back-references and
 * repeats that RE2 does not take, and counts each step. Letters are taken where all dialects agree on them: an escaped letter
 * that ECMA-262 does not know is an error.
 */
final class EcmaPattern {
    /** The work of one validation: steps of an engine, each weighted by what a step can cost. */
    static final class Work {
        private final long limit;
        private long steps;

        Work(long limit) {
            this.limit = limit;
        }

        void add(long more) {
            steps += more;
            if (steps > limit) {
                throw new WorkLimitException(
                        "its regular expressions need more than " + limit + " steps; send shorter texts");
            }
        }

        long steps() {
            return steps;
        }
    }

    /** The arguments cannot be checked within the limits. */
    static final class WorkLimitException extends RuntimeException {
        private static final long serialVersionUID = 1;

        WorkLimitException(String message) {
            super(message);
        }
    }

    /** The work of the validation that runs in this thread. */
    static final ScopedValue<Work> WORK = ScopedValue.newInstance();

    static final long MAX_STEPS = 50_000_000;
    private static final int MAX_LENGTH = 10_000;
    private static final int MAX_SIZE = 10_000;
    private static final int MAX_NESTING = 200;
    /** What a read costs the backtracking engine, in steps of the other: 50,000,000 reads took it 4 to 12 s on 2 cores. */
    private static final int READ_COST = 10;

    private static final int RANGES_PER_STEP = 16;
    /** Stands behind the text of the backtracking engine, so that it reads a character, and is counted, at the end too. */
    private static final char END = '\uDFFF';

    private static final String ANY = "[\\x{0}-\\x{10FFFF}]";
    /** Reads a character and takes none. */
    private static final String STEP = "(?=" + ANY + ")";

    private final com.google.re2j.@Nullable Pattern regular;
    private final @Nullable Pattern backtracking;
    private final int size;
    private final int stepCost;

    private EcmaPattern(
            com.google.re2j.@Nullable Pattern regular, @Nullable Pattern backtracking, int size, int stepCost) {
        this.regular = regular;
        this.backtracking = backtracking;
        this.size = size;
        this.stepCost = stepCost;
    }

    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException saying why it cannot be used
     */
    static EcmaPattern of(String source) {
        if (source.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("it has more than " + MAX_LENGTH + " characters");
        }
        if (source.matches("(?s)/\\^.*\\$/[dgimsuvy]*")) {
            throw new IllegalArgumentException("it is written with slashes, /…/, and a pattern has none");
        }
        var translation = new Translation(source, false);
        Part part = translation.whole();
        if (translation.isRegular) {
            try {
                var compiled = com.google.re2j.Pattern.compile(part.text());
                return new EcmaPattern(compiled, null, part.size(), Math.max(1, compiled.programSize()));
            } catch (com.google.re2j.PatternSyntaxException e) {
                // A repeat of more than 1,000: the other engine takes it.
                translation = new Translation(source, true);
                part = translation.whole();
            }
        } else {
            translation = new Translation(source, true);
            part = translation.whole();
        }
        try {
            return new EcmaPattern(
                    null,
                    Pattern.compile(part.text()),
                    part.size(),
                    READ_COST + translation.mostRanges / RANGES_PER_STEP);
        } catch (java.util.regex.PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getDescription(), e);
        }
    }

    /** Returns how many atoms it has, each counted as often as it may be repeated. */
    int size() {
        return size;
    }

    boolean isBacktracking() {
        return backtracking != null;
    }

    /**
     * Tells whether it matches somewhere in a text.
     *
     * @throws WorkLimitException if that takes too much work
     */
    boolean isIn(String text) {
        Work work = WORK.isBound() ? WORK.get() : new Work(MAX_STEPS);
        if (regular != null) {
            Matcher matcher = regular.matcher(new Counted(text, work, stepCost));
            return matcher.find();
        }
        try {
            var matcher =
                    java.util.Objects.requireNonNull(backtracking).matcher(new Counted(text + END, work, stepCost));
            return matcher.find() && matcher.start() <= text.length();
        } catch (StackOverflowError e) {
            throw new WorkLimitException("a regular expression backtracks too deeply; send shorter texts");
        }
    }

    /** A text that counts how often it is read. */
    private record Counted(String text, Work work, int cost) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            work.add(cost);
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A part of the translated expression. */
    private record Part(String text, int size) {}

    /** One group, and what stands around it. */
    private static final class Group {
        final @Nullable Group parent;
        boolean isRepeated;
        boolean isLookbehind;
        boolean isNegative;
        boolean isClosed;

        Group(@Nullable Group parent) {
            this.parent = parent;
        }
    }

    /** Translates to the syntax that both engines read alike: classes are lists of code points, anchors are absolute. */
    private static final class Translation {
        private final int[] source;
        private final boolean backtracking;
        private final Map<String, Integer> names = new HashMap<>();
        private final List<Group> groups = new ArrayList<>();
        private final List<Integer> referenced = new ArrayList<>();
        private @Nullable Group current;
        private int at;
        private int nesting;
        private int mostRanges;
        private boolean isRegular = true;
        /** A class had a '[' in it, as only a class of the flag v may have with a meaning of its own. */
        private boolean hasBracketInClass;

        Translation(String source, boolean backtracking) {
            this.source = source.codePoints().toArray();
            this.backtracking = backtracking;
        }

        Part whole() {
            Part part = disjunction();
            if (at < source.length) {
                throw problem("an unmatched ')'");
            }
            for (int number : referenced) {
                for (Group group = groups.get(number - 1); group != null; group = group.parent) {
                    boolean isItself = group == groups.get(number - 1);
                    if (group.isLookbehind || group.isNegative || (group.isRepeated && !isItself)) {
                        throw problem("a back-reference to a group within a repeated group or a lookaround");
                    }
                }
            }
            return part;
        }

        private IllegalArgumentException problem(String what) {
            return new IllegalArgumentException("it has " + what);
        }

        private boolean sees(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (at + i >= source.length || source[at + i] != text.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        private boolean takes(String text) {
            if (sees(text)) {
                at += text.length();
                return true;
            }
            return false;
        }

        private int next() {
            if (at >= source.length) {
                throw problem("an end where more has to follow");
            }
            return source[at++];
        }

        private Part disjunction() {
            if (++nesting > MAX_NESTING) {
                throw problem("groups nested more than " + MAX_NESTING + " deep");
            }
            var alternatives = new ArrayList<Part>();
            do {
                alternatives.add(alternative());
            } while (takes("|"));
            nesting--;
            if (alternatives.size() == 1) {
                return alternatives.getFirst();
            }
            var text = new StringBuilder();
            int size = 0;
            for (Part part : alternatives) {
                text.append(text.isEmpty() ? "" : "|")
                        .append(backtracking ? STEP : "")
                        .append(part.text());
                size += part.size() + 1;
            }
            return new Part(text.toString(), size);
        }

        private Part alternative() {
            var text = new StringBuilder();
            int size = 0;
            while (at < source.length && !sees("|") && !sees(")")) {
                Part part = term();
                text.append(part.text());
                size += part.size();
                if (size > MAX_SIZE) {
                    throw problem("more than " + MAX_SIZE + " parts, repeats counted");
                }
            }
            return new Part(text.toString(), size);
        }

        private Part term() {
            int c = next();
            return switch (c) {
                case '^' -> new Part("\\A", 1);
                case '$' -> new Part(backtracking ? "(?!" + universe() + ")" : "\\z", 1);
                case '(' -> group();
                case '.' -> {
                    BitSet all = complement(setOf(c2 -> c2 == '\n' || c2 == '\r' || c2 == 0x2028 || c2 == 0x2029));
                    yield quantified("", text(all), "", null);
                }
                case '[' -> quantified("", text(characterClass()), "", null);
                case '\\' -> escaped();
                case '*', '+', '?' -> throw problem("a '" + (char) c + "' that follows nothing that can be repeated");
                default -> {
                    if (c == ']' && hasBracketInClass) {
                        throw problem("a class within a class, which needs the flag v; patterns are read with u");
                    }
                    if (c == '{' && isRepeat()) {
                        throw problem("a repeat that follows nothing that can be repeated");
                    }
                    yield quantified("", literal(c), "", null);
                }
            };
        }

        private Part group() {
            var group = new Group(current);
            boolean isLook = false;
            String open = "(?:";
            String close = ")";
            if (takes("?:")) {
                open = "(?:";
            } else if (sees("?=") || sees("?!") || sees("?<=") || sees("?<!")) {
                isLook = true;
                isRegular = false;
                boolean isBehind = takes("?<");
                if (!isBehind) {
                    takes("?");
                }
                int kind = next();
                group.isLookbehind = isBehind;
                group.isNegative = kind == '!';
                open = "(?" + (isBehind ? "<" : "") + (char) kind;
            } else {
                String name = takes("?<") ? name() : null;
                if (name == null && sees("?")) {
                    throw problem("a group '(?" + (at + 1 < source.length ? Character.toString(source[at + 1]) : "")
                            + "', which is not of ECMA-262");
                }
                groups.add(group);
                int number = groups.size();
                if (name != null && names.putIfAbsent(name, number) != null) {
                    throw problem("two groups with the name " + name);
                }
                if (backtracking) {
                    // The empty group at its end tells whether it took part.
                    open = "(?<g" + number + ">";
                    close = "(?<c" + number + ">))";
                }
            }
            current = group;
            Part body = disjunction();
            if (!takes(")")) {
                throw problem("a group without an end");
            }
            current = group.parent;
            group.isClosed = true;
            if (isLook) {
                if (at < source.length && (sees("*") || sees("+") || sees("?") || (sees("{") && repeatsHere()))) {
                    throw problem("a lookaround that is repeated");
                }
                return new Part(open + body.text() + close, body.size() + 1);
            }
            Part whole = quantified(open, body.text(), close, group);
            return new Part(whole.text(), Math.max(whole.size() - 1, 0) * Math.max(body.size(), 1) + body.size());
        }

        private String name() {
            var name = new StringBuilder();
            for (int c = next(); c != '>'; c = next()) {
                name.appendCodePoint(c);
            }
            return name.toString();
        }

        private boolean repeatsHere() {
            int before = at;
            at++;
            boolean is = isRepeat();
            at = before;
            return is;
        }

        /** Tells whether what follows a '{' makes it a repeat. */
        private boolean isRepeat() {
            int i = at;
            int digits = 0;
            while (i < source.length && Character.isDigit(source[i])) {
                i++;
                digits++;
            }
            if (i < source.length && source[i] == ',') {
                i++;
                while (i < source.length && Character.isDigit(source[i])) {
                    i++;
                }
            }
            return digits > 0 && i < source.length && source[i] == '}';
        }

        private int number() {
            long number = 0;
            while (at < source.length && source[at] >= '0' && source[at] <= '9') {
                number = Math.min(number * 10 + source[at++] - '0', Integer.MAX_VALUE);
            }
            return (int) number;
        }

        /** Returns an atom with what repeats it; the size is that of one atom, as often as it may be repeated. */
        private Part quantified(String open, String atom, String close, @Nullable Group group) {
            long least = 1;
            long most = 1;
            String quantifier = "";
            if (takes("*")) {
                least = 0;
                most = -1;
                quantifier = "*";
            } else if (takes("+")) {
                most = -1;
                quantifier = "+";
            } else if (takes("?")) {
                least = 0;
                quantifier = "?";
            } else if (sees("{") && repeatsHere()) {
                at++;
                least = number();
                most = takes(",") ? (sees("}") ? -1 : number()) : least;
                at++;
                if (most >= 0 && most < least) {
                    throw problem("a repeat {" + least + "," + most + "}, whose bounds are the wrong way round");
                }
                quantifier = "{" + least + (most == least ? "" : most < 0 ? "," : "," + most) + "}";
            }
            long times = Math.max(1, Math.max(least, most));
            if (times > MAX_SIZE) {
                throw problem("a repeat of more than " + MAX_SIZE);
            }
            if (quantifier.isEmpty()) {
                return new Part(open + atom + close, 1);
            }
            if (takes("?")) {
                quantifier += "?";
            }
            for (Group around = current; around != null; around = around.parent) {
                if (around.isLookbehind && most < 0) {
                    throw problem("a lookbehind of no limited length");
                }
            }
            if (group != null) {
                group.isRepeated = most != 1 && most != 0;
            }
            String step = backtracking && group != null ? STEP : "";
            return new Part(open + step + atom + close + quantifier, (int) times);
        }

        private Part escaped() {
            int c = next();
            return switch (c) {
                case 'b', 'B' -> {
                    if (!backtracking) {
                        yield new Part("\\" + (char) c, 1);
                    }
                    String word = text(WORD);
                    String edge = "(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word + "))";
                    yield new Part(c == 'b' ? edge : "(?!" + edge + ")", 4);
                }
                case 'k' -> {
                    if (!takes("<")) {
                        throw problem("a '\\k' without a name");
                    }
                    String name = name();
                    Integer number = names.get(name);
                    if (number == null) {
                        throw problem("a back-reference to a group '" + name + "' that does not stand before it");
                    }
                    yield reference(number);
                }
                case '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                    at--;
                    yield reference(number());
                }
                default -> {
                    BitSet set = classEscape(c);
                    yield quantified("", set != null ? text(set) : literal(characterEscape(c)), "", null);
                }
            };
        }

        private Part reference(int number) {
            isRegular = false;
            if (number > groups.size() || !groups.get(number - 1).isClosed) {
                throw problem("a back-reference \\" + number + " to a group that has not ended before it");
            }
            for (Group group = current; group != null; group = group.parent) {
                if (group.isLookbehind) {
                    throw problem("a back-reference within a lookbehind");
                }
            }
            referenced.add(number);
            // A group that took no part is matched by nothing at all (ECMA-262, BackreferenceMatcher).
            Part part = quantified("(?:", "\\k<g" + number + ">|(?!\\k<c" + number + ">)", ")", null);
            return new Part(part.text(), part.size() * 2);
        }

        /** Returns the characters of an escape that stands for several; null if it stands for one. */
        private @Nullable BitSet classEscape(int c) {
            return switch (c) {
                case 'd' -> DIGIT;
                case 'D' -> complement(DIGIT);
                case 'w' -> WORD;
                case 'W' -> complement(WORD);
                case 's' -> SPACE;
                case 'S' -> complement(SPACE);
                case 'p' -> property();
                case 'P' -> complement(property());
                default -> null;
            };
        }

        private BitSet property() {
            if (!takes("{")) {
                throw problem("a '\\p' without a property in braces");
            }
            var name = new StringBuilder();
            for (int c = next(); c != '}'; c = next()) {
                name.appendCodePoint(c);
            }
            return UnicodeProperties.of(name.toString());
        }

        private int characterEscape(int c) {
            return switch (c) {
                case 't' -> '\t';
                case 'n' -> '\n';
                case 'v' -> 0x0B;
                case 'f' -> '\f';
                case 'r' -> '\r';
                case '0' -> {
                    if (at < source.length && Character.isDigit(source[at])) {
                        throw problem("an octal escape");
                    }
                    yield 0;
                }
                case 'c' -> {
                    int letter = next();
                    if ((letter < 'a' || letter > 'z') && (letter < 'A' || letter > 'Z')) {
                        throw problem("a '\\c' without a letter");
                    }
                    yield letter % 32;
                }
                case 'x' -> hexadecimal(2);
                case 'u' -> unicodeEscape();
                default -> {
                    if (c < 0x80 && Character.isLetterOrDigit(c)) {
                        throw problem("an escape '\\" + (char) c + "', which is not of ECMA-262");
                    }
                    yield c;
                }
            };
        }

        private int unicodeEscape() {
            int c;
            if (takes("{")) {
                c = 0;
                int digits = 0;
                while (!takes("}")) {
                    c = c * 16 + digit(next());
                    if (++digits > 8 || c > Character.MAX_CODE_POINT) {
                        throw problem("a code point beyond 10FFFF");
                    }
                }
            } else {
                c = hexadecimal(4);
                if (Character.isHighSurrogate((char) c) && takes("\\u")) {
                    int low = hexadecimal(4);
                    if (Character.isLowSurrogate((char) low)) {
                        c = Character.toCodePoint((char) c, (char) low);
                    }
                }
            }
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                throw problem("half of a surrogate pair");
            }
            return c;
        }

        private int hexadecimal(int digits) {
            int value = 0;
            for (int i = 0; i < digits; i++) {
                value = value * 16 + digit(next());
            }
            return value;
        }

        private int digit(int c) {
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw problem("an escape with '" + Character.toString(c) + "' for a hexadecimal digit");
            }
            return digit;
        }

        private BitSet characterClass() {
            boolean isNegated = takes("^");
            var set = new BitSet();
            while (!takes("]")) {
                BitSet many = null;
                int from = next();
                if (from == '\\') {
                    int c = next();
                    many = classEscape(c);
                    from = many != null ? -1 : c == 'b' ? '\b' : characterEscape(c);
                } else if (from == '[') {
                    hasBracketInClass = true;
                }
                if (many != null) {
                    if (sees("--") && at + 2 < source.length && source[at + 2] != ']') {
                        throw difference();
                    }
                    set.or(many);
                } else if (sees("-") && at + 1 < source.length && source[at + 1] != ']') {
                    at++;
                    int to = next();
                    if (to == '\\') {
                        int c = next();
                        BitSet last = classEscape(c);
                        if (last != null) {
                            if (from == '-') {
                                throw difference();
                            }
                            set.set(from);
                            set.set('-');
                            set.or(last);
                            continue;
                        }
                        to = c == 'b' ? '\b' : characterEscape(c);
                    }
                    if (to < from) {
                        throw problem("a range whose bounds are the wrong way round");
                    }
                    set.set(from, to + 1);
                } else {
                    set.set(from);
                }
            }
            return isNegated ? complement(set) : set;
        }

        private IllegalArgumentException difference() {
            return problem("a difference of classes ('--'), which needs the flag v; patterns are read with u");
        }

        private String universe() {
            return text(complement(new BitSet()));
        }

        private static String literal(int c) {
            return c < 0x80 && Character.isLetterOrDigit(c)
                    ? Character.toString(c)
                    : "\\x{" + Integer.toHexString(c) + "}";
        }

        private String text(BitSet set) {
            if (set.isEmpty()) {
                return "[^\\x{0}-\\x{10FFFF}]";
            }
            var text = new StringBuilder("[");
            int ranges = 0;
            for (int from = set.nextSetBit(0); from >= 0; ranges++) {
                int to = set.nextClearBit(from) - 1;
                text.append("\\x{").append(Integer.toHexString(from)).append('}');
                if (to > from) {
                    text.append("-\\x{").append(Integer.toHexString(to)).append('}');
                }
                from = set.nextSetBit(to + 1);
            }
            mostRanges = Math.max(mostRanges, ranges);
            return text.append(']').toString();
        }
    }

    private static final BitSet DIGIT = setOf(c -> c >= '0' && c <= '9');
    private static final BitSet WORD = setOf(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '_'));
    private static final BitSet SPACE = setOf(c -> (c >= 9 && c <= 13)
            || c == 0xFEFF
            || c == 0x2028
            || c == 0x2029
            || Character.getType(c) == Character.SPACE_SEPARATOR);

    private static BitSet setOf(IntPredicate is) {
        var set = new BitSet();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (is.test(c)) {
                set.set(c);
            }
        }
        return set;
    }

    /** Returns every other code point; no halves of surrogate pairs, which no text has. */
    private static BitSet complement(BitSet set) {
        var others = (BitSet) set.clone();
        others.flip(0, Character.MAX_CODE_POINT + 1);
        others.clear(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1);
        return others;
    }

    /** The properties of Unicode that ECMA-262 has (tables 66 to 68), as far as the JDK knows them. */
    private static final class UnicodeProperties {
        private static final Map<String, IntPredicate> BINARY = Map.ofEntries(
                Map.entry("Any", c -> true),
                Map.entry("ASCII", c -> c < 0x80),
                Map.entry("Assigned", c -> Character.getType(c) != Character.UNASSIGNED),
                Map.entry("Alphabetic", Character::isAlphabetic),
                Map.entry("Uppercase", Character::isUpperCase),
                Map.entry("Lowercase", Character::isLowerCase),
                Map.entry("White_Space", c -> (c >= 9 && c <= 13) || c == 0x85 || Character.isSpaceChar(c)),
                Map.entry("Ideographic", Character::isIdeographic),
                Map.entry("ASCII_Hex_Digit", c -> c < 0x80 && Character.digit(c, 16) >= 0),
                Map.entry("Emoji", Character::isEmoji),
                Map.entry("Emoji_Presentation", Character::isEmojiPresentation),
                Map.entry("Emoji_Modifier", Character::isEmojiModifier),
                Map.entry("Emoji_Modifier_Base", Character::isEmojiModifierBase),
                Map.entry("Emoji_Component", Character::isEmojiComponent),
                Map.entry("Extended_Pictographic", Character::isExtendedPictographic));
        private static final Map<String, String> CATEGORIES = Map.ofEntries(
                Map.entry("Letter", "L"),
                Map.entry("Cased_Letter", "LC"),
                Map.entry("Uppercase_Letter", "Lu"),
                Map.entry("Lowercase_Letter", "Ll"),
                Map.entry("Titlecase_Letter", "Lt"),
                Map.entry("Modifier_Letter", "Lm"),
                Map.entry("Other_Letter", "Lo"),
                Map.entry("Mark", "M"),
                Map.entry("Nonspacing_Mark", "Mn"),
                Map.entry("Spacing_Mark", "Mc"),
                Map.entry("Enclosing_Mark", "Me"),
                Map.entry("Number", "N"),
                Map.entry("Decimal_Number", "Nd"),
                Map.entry("Letter_Number", "Nl"),
                Map.entry("Other_Number", "No"),
                Map.entry("Punctuation", "P"),
                Map.entry("Connector_Punctuation", "Pc"),
                Map.entry("Dash_Punctuation", "Pd"),
                Map.entry("Open_Punctuation", "Ps"),
                Map.entry("Close_Punctuation", "Pe"),
                Map.entry("Initial_Punctuation", "Pi"),
                Map.entry("Final_Punctuation", "Pf"),
                Map.entry("Other_Punctuation", "Po"),
                Map.entry("Symbol", "S"),
                Map.entry("Math_Symbol", "Sm"),
                Map.entry("Currency_Symbol", "Sc"),
                Map.entry("Modifier_Symbol", "Sk"),
                Map.entry("Other_Symbol", "So"),
                Map.entry("Separator", "Z"),
                Map.entry("Space_Separator", "Zs"),
                Map.entry("Line_Separator", "Zl"),
                Map.entry("Paragraph_Separator", "Zp"),
                Map.entry("Other", "C"),
                Map.entry("Control", "Cc"),
                Map.entry("Format", "Cf"),
                Map.entry("Private_Use", "Co"),
                Map.entry("Unassigned", "Cn"));
        private static final Set<String> SHORT_CATEGORIES = Set.copyOf(CATEGORIES.values());
        /** There are some hundred of them. */
        private static final Map<String, BitSet> KNOWN = new ConcurrentHashMap<>();

        static BitSet of(String name) {
            int equals = name.indexOf('=');
            String kind = equals < 0 ? "" : name.substring(0, equals);
            String value = name.substring(equals + 1);
            if (kind.equals("Script") || kind.equals("sc")) {
                Character.UnicodeScript script;
                try {
                    script = Character.UnicodeScript.forName(value);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("it has an unknown script '" + value + "'", e);
                }
                return KNOWN.computeIfAbsent(
                        "script " + script.name().toLowerCase(Locale.ROOT),
                        key -> usable(setOf(c -> Character.UnicodeScript.of(c) == script)));
            }
            boolean mayBeCategory = kind.isEmpty() || kind.equals("General_Category") || kind.equals("gc");
            String category = CATEGORIES.getOrDefault(value, value);
            if (mayBeCategory && SHORT_CATEGORIES.contains(category)) {
                return KNOWN.computeIfAbsent(category, key -> usable(categorySet(category)));
            }
            IntPredicate binary = kind.isEmpty() ? BINARY.get(value) : null;
            if (binary == null) {
                throw new IllegalArgumentException("it has a property \\p{" + name + "} that is not known here");
            }
            return KNOWN.computeIfAbsent(value, key -> usable(setOf(binary)));
        }

        private static BitSet categorySet(String category) {
            var is = Pattern.compile("\\p{" + category + "}").asPredicate();
            return setOf(c -> is.test(Character.toString(c)));
        }

        private static BitSet usable(BitSet set) {
            return complement(complement(set));
        }
    }
}
