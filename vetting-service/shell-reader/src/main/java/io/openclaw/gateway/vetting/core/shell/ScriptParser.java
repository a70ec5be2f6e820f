package io.openclaw.gateway.vetting.core.shell;

import io.openclaw.gateway.vetting.core.shell.Script.Arithmetic;
import io.openclaw.gateway.vetting.core.shell.Script.Assignment;
import io.openclaw.gateway.vetting.core.shell.Script.Braces;
import io.openclaw.gateway.vetting.core.shell.Script.Choice;
import io.openclaw.gateway.vetting.core.shell.Script.Command;
import io.openclaw.gateway.vetting.core.shell.Script.Function;
import io.openclaw.gateway.vetting.core.shell.Script.Group;
import io.openclaw.gateway.vetting.core.shell.Script.Loop;
import io.openclaw.gateway.vetting.core.shell.Script.Parameter;
import io.openclaw.gateway.vetting.core.shell.Script.Part;
import io.openclaw.gateway.vetting.core.shell.Script.Pipeline;
import io.openclaw.gateway.vetting.core.shell.Script.ProcessSubstitution;
import io.openclaw.gateway.vetting.core.shell.Script.Redirect;
import io.openclaw.gateway.vetting.core.shell.Script.Simple;
import io.openclaw.gateway.vetting.core.shell.Script.Substitution;
import io.openclaw.gateway.vetting.core.shell.Script.Text;
import io.openclaw.gateway.vetting.core.shell.Script.Word;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses shell text by recursive descent, in time linear in its length.
 *
 * <p>It is more patient than a shell where that costs no safety: a text that ends inside a quotation or a construct is read
 * as if it were closed there (a shell would run nothing of it), and an operator without a command before it is skipped.
 */
final class ScriptParser {
    private static final int MAX_DEPTH = 60;
    private static final int LONGEST_LIST = 512;
    private static final Set<String> ENDS_OF_COMMANDS =
            Set.of("then", "else", "elif", "fi", "do", "done", "esac", "}", ";;");
    private static final Set<String> OPENINGS =
            Set.of("if", "while", "until", "for", "select", "case", "{", "function", "[[", "!", "time", "coproc");

    private static final Set<String> DECLARATIONS = Set.of("declare", "local", "typeset", "readonly", "export");

    private final String in;
    private final int end;
    private int at;
    private int depth;
    /** No brace that opens before this position is closed before it: looked for once. */
    private int noClosingBraceBefore;

    private final Deque<PendingHereDocument> pending = new ArrayDeque<>();

    private static final class PendingHereDocument {
        final String delimiter;
        final boolean literal;
        final boolean stripTabs;
        final int index;
        final List<Redirect> redirects;

        PendingHereDocument(String delimiter, boolean literal, boolean stripTabs, int index, List<Redirect> redirects) {
            this.delimiter = delimiter;
            this.literal = literal;
            this.stripTabs = stripTabs;
            this.index = index;
            this.redirects = redirects;
        }
    }

    private ScriptParser(String in, int at, int end, int depth) {
        this.in = in;
        this.at = at;
        this.end = end;
        this.depth = depth;
    }

    /**
     * Parses a whole text.
     *
     * @throws UnreadableScriptException if it is no script, or is nested more deeply than 60 levels
     */
    static Script parse(String text) throws UnreadableScriptException {
        var parser = new ScriptParser(text, 0, text.length(), 0);
        var script = parser.list(false);
        if (parser.at < parser.end) {
            throw new UnreadableScriptException("'" + parser.peekWord() + "' stands where no command may start");
        }
        return script;
    }

    /**
     * Parses what stands before the first error of a text: a shell that reads line by line, or a more lenient one, may run it.
     *
     * @param text one that {@link #parse} cannot parse
     */
    static Script beginning(String text) {
        var parser = new ScriptParser(text, 0, text.length(), 0);
        List<Pipeline> pipelines = new ArrayList<>();
        try {
            parser.list(false, pipelines);
        } catch (UnreadableScriptException e) {
            // The command that the error stands in counts, too, as far as it goes.
            int cut = Math.min(parser.at, text.length());
            while (cut > 0 && "<>|&;() \t\n".indexOf(text.charAt(cut - 1)) >= 0) {
                cut--;
            }
            try {
                return parse(text.substring(0, cut));
            } catch (UnreadableScriptException again) {
                return new Script(pipelines);
            }
        }
        return new Script(pipelines);
    }

    /** Parses a word that stands in double quotes, as the text of a here-document does. */
    private Word hereText(int from, int to) throws UnreadableScriptException {
        var parser = new ScriptParser(in, from, to, depth + 1);
        var parts = new Parts();
        parser.doubleQuoted(parts, true);
        return parts.word();
    }

    private void enter() throws UnreadableScriptException {
        if (++depth > MAX_DEPTH) {
            throw new UnreadableScriptException("it is nested more deeply than " + MAX_DEPTH + " levels");
        }
    }

    private Script list(boolean insideParentheses) throws UnreadableScriptException {
        return list(insideParentheses, new ArrayList<>());
    }

    private Script list(boolean insideParentheses, List<Pipeline> pipelines) throws UnreadableScriptException {
        enter();
        while (true) {
            skipSeparators();
            if (at >= end || (insideParentheses && in.charAt(at) == ')') || ENDS_OF_COMMANDS.contains(peekWord())) {
                break;
            }
            if (in.charAt(at) == ')') {
                throw new UnreadableScriptException("a ) has no ( before it");
            }
            int before = at;
            pipelines.add(pipeline());
            if (at == before) {
                throw new UnreadableScriptException("'" + peekWord() + "' stands where a command should");
            }
        }
        depth--;
        return new Script(pipelines);
    }

    private Pipeline pipeline() throws UnreadableScriptException {
        List<Command> commands = new ArrayList<>();
        while (true) {
            Command command = command();
            if (command != null) {
                commands.add(command);
            }
            skipBlanks();
            if (at < end && in.charAt(at) == '|' && !startsWith("||")) {
                at += startsWith("|&") ? 2 : 1;
                skipSeparatorsAfterPipe();
            } else {
                break;
            }
        }
        boolean background = at < end && in.charAt(at) == '&' && !startsWith("&&");
        return new Pipeline(commands, background);
    }

    private @Nullable Command command() throws UnreadableScriptException {
        skipBlanks();
        if (at >= end) {
            return null;
        }
        if (in.charAt(at) == '(') {
            return startsWith("((") ? arithmeticCommand() : subshell();
        }
        String word = peekWord();
        if (!OPENINGS.contains(word)) {
            return simple();
        }
        return switch (word) {
            case "if" -> ifCommand();
            case "while", "until" -> whileCommand();
            case "for", "select" -> forCommand();
            case "case" -> caseCommand();
            case "{" -> braceGroup();
            case "function" -> functionCommand();
            case "!", "time", "coproc" -> {
                at += word.length();
                yield command();
            }
            default -> simple();
        };
    }

    private Command subshell() throws UnreadableScriptException {
        at++;
        Script body = list(true);
        closing(')');
        return new Group(body, true, redirects());
    }

    private Command braceGroup() throws UnreadableScriptException {
        at++;
        Script body = list(false);
        keyword("}");
        return new Group(body, false, redirects());
    }

    private Command arithmeticCommand() throws UnreadableScriptException {
        int start = at;
        at += 2;
        var parts = new Parts();
        if (!arithmetic(parts)) {
            // "((a); b)" is a group in a group.
            at = start;
            return subshell();
        }
        return new Simple(List.of(), List.of(new Word(List.of(new Text("((", false))), parts.word()), redirects());
    }

    private Command ifCommand() throws UnreadableScriptException {
        at += 2;
        List<Script> branches = new ArrayList<>();
        Script first = list(false);
        while (true) {
            if (skipKeyword("then") || skipKeyword("else")) {
                branches.add(list(false));
            } else if (skipKeyword("elif")) {
                branches.add(list(false));
            } else {
                keyword("fi");
                return new Choice(first, branches, redirects());
            }
        }
    }

    private Command whileCommand() throws UnreadableScriptException {
        at += 5;
        Script condition = list(false);
        keyword("do");
        Script body = list(false);
        keyword("done");
        return new Loop(null, null, condition, null, body, redirects());
    }

    private Command forCommand() throws UnreadableScriptException {
        at += peekWord().length();
        skipBlanks();
        if (startsWith("((")) {
            int start = at + 2;
            at += 2;
            arithmetic(new Parts());
            String header = in.substring(start, Math.max(start, Math.min(end, at - 2)));
            skipSeparators();
            return loop(null, null, header);
        }
        String variable = peekWord();
        at += variable.length();
        skipSeparators();
        List<Word> items = null;
        if (skipKeyword("in")) {
            items = new ArrayList<>();
            while (true) {
                skipBlanks();
                if (at >= end || (isOperator(in.charAt(at)) && !startsProcessSubstitution())) {
                    break;
                }
                items.add(word());
            }
        }
        skipSeparators();
        return loop(variable, items, null);
    }

    private Command loop(@Nullable String variable, @Nullable List<Word> items, @Nullable String header)
            throws UnreadableScriptException {
        boolean braces = peekWord().equals("{");
        keyword(braces ? "{" : "do");
        Script body = list(false);
        keyword(braces ? "}" : "done");
        return new Loop(variable, items, null, header, body, redirects());
    }

    private Command caseCommand() throws UnreadableScriptException {
        at += 4;
        skipBlanks();
        Word subject = word();
        skipSeparators();
        keyword("in");
        List<Script> branches = new ArrayList<>();
        while (true) {
            skipSeparators();
            if (at >= end || skipKeyword("esac")) {
                break;
            }
            casePattern();
            branches.add(list(false));
            skipSeparators();
            if (startsWith(";;")) {
                at += startsWith(";;&") ? 3 : 2;
            } else if (startsWith(";&")) {
                at += 2;
            }
        }
        var first = new Simple(List.of(), List.of(new Word(List.of(new Text(":", false))), subject), List.of());
        return new Choice(new Script(List.of(new Pipeline(List.of(first), false))), branches, redirects());
    }

    private void casePattern() throws UnreadableScriptException {
        if (in.charAt(at) == '(') {
            at++;
        }
        while (true) {
            skipBlanks();
            if (at >= end) {
                return;
            }
            char c = in.charAt(at);
            if (c == ')') {
                at++;
                return;
            }
            if (c == '|') {
                at++;
            } else if (isOperator(c)) {
                throw new UnreadableScriptException("a pattern of case has no )");
            } else {
                word();
            }
        }
    }

    private Command functionCommand() throws UnreadableScriptException {
        at += 8;
        skipBlanks();
        String name = peekWord();
        at += name.length();
        skipBlanks();
        if (startsWith("()")) {
            at += 2;
        }
        return function(name);
    }

    private Command function(String name) throws UnreadableScriptException {
        skipSeparators();
        enter();
        Command body = command();
        depth--;
        if (body == null) {
            throw new UnreadableScriptException("the function " + name + " has no body");
        }
        return new Function(name, body);
    }

    private @Nullable Command simple() throws UnreadableScriptException {
        List<Assignment> assignments = new ArrayList<>();
        List<Word> words = new ArrayList<>();
        List<Redirect> redirects = new ArrayList<>();
        boolean test = peekWord().equals("[[");
        while (true) {
            skipBlanks();
            if (at >= end) {
                break;
            }
            if (redirect(redirects)) {
                continue;
            }
            char c = in.charAt(at);
            if ((test && "()<>|".indexOf(c) >= 0) || (test && startsWith("&&"))) {
                at += c == '&' ? 2 : 1;
                continue;
            }
            if (isOperator(c) && !startsProcessSubstitution()) {
                if (c == '(' && words.size() == 1 && assignments.isEmpty()) {
                    String name = words.getFirst().plain();
                    if (name != null && closesAtOnce()) {
                        return function(name);
                    }
                }
                if (c == '(') {
                    throw new UnreadableScriptException("a ( stands inside a command");
                }
                break;
            }
            int start = at;
            Assignment assignment = words.isEmpty() || declares(words) ? assignment() : null;
            if (assignment != null && !words.isEmpty() && assignment.elements() == null) {
                at = start;
                assignment = null;
            }
            if (assignment != null) {
                assignments.add(assignment);
                continue;
            }
            Word word = word();
            if (test && "]]".equals(word.plain())) {
                redirects.addAll(redirects());
                break;
            }
            words.add(word);
        }
        return words.isEmpty() && assignments.isEmpty() && redirects.isEmpty()
                ? null
                : new Simple(assignments, words, redirects);
    }

    /** After {@code declare} and its kind an array may stand, which no other word may hold. */
    private static boolean declares(List<Word> words) {
        String first = words.getFirst().plain();
        return first != null && DECLARATIONS.contains(first);
    }

    private boolean closesAtOnce() {
        int i = at + 1;
        while (i < end && in.charAt(i) == ' ') {
            i++;
        }
        if (i < end && in.charAt(i) == ')') {
            at = i + 1;
            return true;
        }
        return false;
    }

    private @Nullable Assignment assignment() throws UnreadableScriptException {
        int i = at;
        while (i < end && isNamePart(in.charAt(i)) && !(i == at && Character.isDigit(in.charAt(i)))) {
            i++;
        }
        if (i == at || i >= end) {
            return null;
        }
        String name = in.substring(at, i);
        if (in.charAt(i) == '[') {
            int close = in.indexOf(']', i);
            if (close < 0 || close >= end || close - i > 200) {
                return null;
            }
            i = close + 1;
        }
        boolean appending = in.startsWith("+=", i);
        if (!appending && !(i < end && in.charAt(i) == '=')) {
            return null;
        }
        at = i + (appending ? 2 : 1);
        if (at < end && in.charAt(at) == '(') {
            at++;
            List<Word> elements = new ArrayList<>();
            while (true) {
                skipSeparators();
                if (at >= end || in.charAt(at) == ')') {
                    break;
                }
                if (isOperator(in.charAt(at)) && !startsProcessSubstitution()) {
                    throw new UnreadableScriptException("an operator stands inside an array");
                }
                elements.add(word());
            }
            closing(')');
            return new Assignment(name, appending, Word.EMPTY, elements);
        }
        boolean empty =
                at >= end || isBlank(in.charAt(at)) || (isOperator(in.charAt(at)) && !startsProcessSubstitution());
        return new Assignment(name, appending, empty ? Word.EMPTY : word(), null);
    }

    private List<Redirect> redirects() throws UnreadableScriptException {
        List<Redirect> redirects = new ArrayList<>();
        do {
            skipBlanks();
        } while (at < end && redirect(redirects));
        return redirects;
    }

    /** Reads one redirection, if one stands here. */
    private boolean redirect(List<Redirect> redirects) throws UnreadableScriptException {
        int i = at;
        while (i < end && Character.isDigit(in.charAt(i))) {
            i++;
        }
        if (i >= end) {
            return false;
        }
        char c = in.charAt(i);
        boolean both = c == '&' && i + 1 < end && in.charAt(i + 1) == '>' && i == at;
        if (!both && c != '<' && c != '>') {
            return false;
        }
        if (i + 1 < end && in.charAt(i + 1) == '(' && !both) {
            return false;
        }
        String operator = operatorAt(i);
        at = i + operator.length();
        skipBlanks();
        if (operator.equals("<<") || operator.equals("<<-")) {
            hereDocument(operator, redirects);
            return true;
        }
        if (at >= end || (isOperator(in.charAt(at)) && !startsProcessSubstitution())) {
            throw new UnreadableScriptException("a redirection has no target");
        }
        Word target = word();
        String plain = target.plain();
        boolean descriptor = operator.endsWith("&")
                && plain != null
                && plain.chars().allMatch(digit -> Character.isDigit(digit) || digit == '-');
        if (!descriptor) {
            redirects.add(new Redirect(operator.equals(">&") ? "&>" : operator, target));
        }
        return true;
    }

    private String operatorAt(int i) {
        for (String operator : List.of("&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", "<", ">>", ">&", ">|", ">")) {
            if (in.startsWith(operator, i) && i + operator.length() <= end) {
                return operator;
            }
        }
        throw new IllegalStateException("no operator at " + i);
    }

    private void hereDocument(String operator, List<Redirect> redirects) throws UnreadableScriptException {
        int start = at;
        Word delimiter = at < end && !isOperator(in.charAt(at)) ? word() : Word.EMPTY;
        boolean literal = false;
        for (int i = start; i < at; i++) {
            literal |= in.charAt(i) == '\'' || in.charAt(i) == '"' || in.charAt(i) == '\\';
        }
        var text = new StringBuilder();
        for (Part part : delimiter.parts()) {
            if (part instanceof Text known) {
                text.append(known.text());
            }
        }
        pending.add(
                new PendingHereDocument(text.toString(), literal, operator.equals("<<-"), redirects.size(), redirects));
        redirects.add(new Redirect(operator, Word.EMPTY));
    }

    /** Reads the here-documents that were announced on the line that ends here. */
    private void readHereDocuments() throws UnreadableScriptException {
        while (!pending.isEmpty()) {
            PendingHereDocument document = pending.remove();
            int start = at;
            int stop = end;
            int next = end;
            int line = at;
            while (line < end) {
                int newline = in.indexOf('\n', line);
                int lineEnd = newline < 0 || newline > end ? end : newline;
                String text = in.substring(line, lineEnd);
                if (document.stripTabs) {
                    text = text.stripLeading();
                }
                if (text.stripTrailing().equals(document.delimiter)) {
                    stop = line;
                    next = Math.min(end, lineEnd + 1);
                    break;
                }
                line = lineEnd + 1;
            }
            Word body = document.literal
                    ? new Word(List.of(new Text(in.substring(Math.min(start, stop), stop), true)))
                    : hereText(Math.min(start, stop), stop);
            document.redirects.set(document.index, new Redirect("<<", body));
            at = next;
        }
    }

    // ---- words
    // -------------------------------------------------------------------------------------------------------

    /** Collects the parts of a word; texts that touch become one. */
    private static final class Parts {
        final List<Part> parts = new ArrayList<>(2);
        final StringBuilder text = new StringBuilder();
        boolean quoted;
        boolean any;

        void add(char c, boolean inQuotes) {
            if (any && quoted != inQuotes) {
                flush();
            }
            quoted = inQuotes;
            any = true;
            text.append(c);
        }

        void empty() {
            if (any && !quoted) {
                flush();
            }
            quoted = true;
            any = true;
        }

        void add(Part part) {
            flush();
            parts.add(part);
        }

        void flush() {
            if (any) {
                parts.add(new Text(text.toString(), quoted));
                text.setLength(0);
                any = false;
            }
        }

        Word word() {
            flush();
            return new Word(List.copyOf(parts));
        }
    }

    private Word word() throws UnreadableScriptException {
        var parts = new Parts();
        wordInto(parts, false);
        return parts.word();
    }

    /** @param inBraces whether an unquoted {@code ,} or {@code }} ends this word */
    private void wordInto(Parts parts, boolean inBraces) throws UnreadableScriptException {
        int start = at;
        while (at < end) {
            char c = in.charAt(at);
            if (isBlank(c) || c == '\n') {
                break;
            }
            if (isOperator(c)) {
                if (startsProcessSubstitution()) {
                    processSubstitution(parts);
                    continue;
                }
                if (c == '(' && at > start && "?*+@!".indexOf(in.charAt(at - 1)) >= 0) {
                    extendedPattern(parts);
                    continue;
                }
                break;
            }
            if (inBraces && (c == ',' || c == '}')) {
                break;
            }
            switch (c) {
                case '\\' -> {
                    at++;
                    if (at < end) {
                        char next = in.charAt(at++);
                        if (next != '\n') {
                            parts.add(next, true);
                        }
                    }
                }
                case '\'' -> singleQuoted(parts);
                case '"' -> {
                    at++;
                    parts.empty();
                    doubleQuoted(parts, false);
                }
                case '$' -> dollar(parts, false);
                case '`' -> backquoted(parts, false);
                case '{' -> {
                    if (!braces(parts)) {
                        parts.add(c, false);
                        at++;
                    }
                }
                default -> {
                    parts.add(c, false);
                    at++;
                }
            }
        }
        if (at == start && at < end) {
            throw new UnreadableScriptException("'" + in.charAt(at) + "' stands where a word should");
        }
    }

    private void extendedPattern(Parts parts) throws UnreadableScriptException {
        int nesting = 0;
        do {
            char c = in.charAt(at++);
            nesting += c == '(' ? 1 : c == ')' ? -1 : 0;
            parts.add(c, false);
        } while (nesting > 0 && at < end);
    }

    private void singleQuoted(Parts parts) {
        int close = in.indexOf('\'', at + 1);
        int stop = close < 0 || close >= end ? end : close;
        parts.empty();
        for (int i = at + 1; i < stop; i++) {
            parts.add(in.charAt(i), true);
        }
        at = Math.min(end, stop + 1);
    }

    /** Reads up to the closing quote, or to the end of a here-document. */
    private void doubleQuoted(Parts parts, boolean toTheEnd) throws UnreadableScriptException {
        while (at < end) {
            char c = in.charAt(at);
            switch (c) {
                case '"' -> {
                    if (!toTheEnd) {
                        at++;
                        return;
                    }
                    parts.add(c, true);
                    at++;
                }
                case '\\' -> {
                    char next = at + 1 < end ? in.charAt(at + 1) : '\0';
                    if (next == '\n') {
                        at += 2;
                    } else if (next == '$' || next == '`' || next == '"' || next == '\\') {
                        parts.add(next, true);
                        at += 2;
                    } else {
                        parts.add(c, true);
                        at++;
                    }
                }
                case '$' -> dollar(parts, true);
                case '`' -> backquoted(parts, true);
                default -> {
                    parts.add(c, true);
                    at++;
                }
            }
        }
    }

    private void backquoted(Parts parts, boolean quoted) throws UnreadableScriptException {
        var body = new StringBuilder();
        int i = at + 1;
        while (i < end && in.charAt(i) != '`') {
            if (in.charAt(i) == '\\' && i + 1 < end && "$`\\".indexOf(in.charAt(i + 1)) >= 0) {
                i++;
            }
            body.append(in.charAt(i++));
        }
        at = Math.min(end, i + 1);
        parts.add(new Substitution(nested(body.toString()), quoted));
    }

    private Script nested(String text) throws UnreadableScriptException {
        var parser = new ScriptParser(text, 0, text.length(), depth);
        Script script = parser.list(false);
        if (parser.at < parser.end) {
            throw new UnreadableScriptException("'" + parser.peekWord() + "' stands where no command may start");
        }
        return script;
    }

    private void dollar(Parts parts, boolean quoted) throws UnreadableScriptException {
        if (at + 1 >= end) {
            parts.add('$', quoted);
            at++;
            return;
        }
        char next = in.charAt(at + 1);
        if (next == '(') {
            if (startsWith("$((")) {
                int start = at;
                at += 3;
                var expression = new Parts();
                if (arithmetic(expression)) {
                    parts.add(new Arithmetic(expression.word()));
                    return;
                }
                at = start;
            }
            at += 2;
            Script body = list(true);
            closing(')');
            parts.add(new Substitution(body, quoted));
        } else if (next == '{') {
            at += 2;
            bracedParameter(parts, quoted);
        } else if (next == '\'' && !quoted) {
            at += 2;
            ansiQuoted(parts);
        } else if (next == '"' && !quoted) {
            at++;
        } else if (isNamePart(next) || "@*#?-$!".indexOf(next) >= 0) {
            int start = at + 1;
            at += 2;
            if (isNamePart(next) && !Character.isDigit(next)) {
                while (at < end && isNamePart(in.charAt(at))) {
                    at++;
                }
            }
            parts.add(new Parameter(in.substring(start, at), "", Word.EMPTY, quoted));
        } else {
            parts.add('$', quoted);
            at++;
        }
    }

    private void bracedParameter(Parts parts, boolean quoted) throws UnreadableScriptException {
        int start = at;
        String prefix = "";
        if (at + 1 < end && (in.charAt(at) == '#' || in.charAt(at) == '!') && in.charAt(at + 1) != '}') {
            prefix = in.substring(at, at + 1);
            at++;
        }
        int nameStart = at;
        if (at < end && "@*#?-$!".indexOf(in.charAt(at)) >= 0) {
            at++;
        } else {
            while (at < end && isNamePart(in.charAt(at))) {
                at++;
            }
        }
        var name = new StringBuilder(in.substring(nameStart, at));
        if (at < end && in.charAt(at) == '[') {
            int close = in.indexOf(']', at);
            if (close > 0 && close < end) {
                name.append(in, at, close + 1);
                at = close + 1;
            }
        }
        int operatorStart = at;
        while (at < end && ":-=+?#%/^,@".indexOf(in.charAt(at)) >= 0 && at - operatorStart < 2) {
            at++;
        }
        String operator = prefix + in.substring(operatorStart, at);
        enter();
        var operand = new Parts();
        while (at < end && in.charAt(at) != '}') {
            char c = in.charAt(at);
            switch (c) {
                case '$' -> dollar(operand, quoted);
                case '`' -> backquoted(operand, quoted);
                case '\\' -> {
                    at++;
                    if (at < end) {
                        operand.add(in.charAt(at++), true);
                    }
                }
                case '\'' -> {
                    if (quoted) {
                        operand.add(c, true);
                        at++;
                    } else {
                        singleQuoted(operand);
                    }
                }
                case '"' -> {
                    at++;
                    operand.empty();
                    doubleQuoted(operand, false);
                }
                default -> {
                    operand.add(c, quoted);
                    at++;
                }
            }
        }
        depth--;
        if (at >= end) {
        } else {
            at++;
        }
        if (name.isEmpty() && prefix.isEmpty()) {
            throw new UnreadableScriptException(
                    "'${" + in.substring(start, Math.min(at, start + 20)) + "' names no variable");
        }
        parts.add(new Parameter(name.toString(), operator, operand.word(), quoted));
    }

    /** {@code $'…'}, with the escapes of ANSI C. */
    private void ansiQuoted(Parts parts) {
        parts.empty();
        while (at < end) {
            char c = in.charAt(at++);
            if (c == '\'') {
                return;
            }
            if (c != '\\' || at >= end) {
                parts.add(c, true);
                continue;
            }
            at = Escapes.decode(in, at, end, decoded -> parts.add(decoded, true));
        }
    }

    /** Reads up to {@code ))}; returns false if no such thing closes what stands here. */
    private boolean arithmetic(Parts parts) throws UnreadableScriptException {
        int nesting = 0;
        enter();
        while (at < end) {
            char c = in.charAt(at);
            if (c == '$') {
                dollar(parts, true);
                continue;
            }
            if (c == '`') {
                backquoted(parts, true);
                continue;
            }
            if (c == ')') {
                if (nesting == 0) {
                    depth--;
                    if (at + 1 < end && in.charAt(at + 1) == ')') {
                        at += 2;
                        return true;
                    }
                    return false;
                }
                nesting--;
            } else if (c == '(') {
                nesting++;
            }
            parts.add(c, true);
            at++;
        }
        depth--;
        return false;
    }

    private boolean startsProcessSubstitution() {
        return (in.charAt(at) == '<' || in.charAt(at) == '>') && at + 1 < end && in.charAt(at + 1) == '(';
    }

    private void processSubstitution(Parts parts) throws UnreadableScriptException {
        boolean output = in.charAt(at) == '>';
        at += 2;
        Script body = list(true);
        closing(')');
        parts.add(new ProcessSubstitution(body, output));
    }

    /** Reads {@code {a,b}} or {@code {1..5}}, if one stands here. */
    private boolean braces(Parts parts) throws UnreadableScriptException {
        if (!looksLikeBraces()) {
            return false;
        }
        int start = at;
        enter();
        at++;
        List<Word> alternatives = new ArrayList<>();
        while (at < end) {
            char c = in.charAt(at);
            if (c == ',' || c == '}') {
                alternatives.add(Word.EMPTY);
            } else {
                var alternative = new Parts();
                wordInto(alternative, true);
                alternatives.add(alternative.word());
            }
            if (at < end && in.charAt(at) == ',') {
                at++;
                continue;
            }
            break;
        }
        depth--;
        if (at >= end || in.charAt(at) != '}') {
            at = start;
            return false;
        }
        at++;
        if (alternatives.size() == 1) {
            List<Word> range = range(alternatives.getFirst());
            if (range == null) {
                at = start;
                return false;
            }
            alternatives = range;
        }
        parts.add(new Braces(alternatives));
        return true;
    }

    /**
     * Looks ahead for the closing brace and a comma or two dots, so that what is no list is read once only.
     *
     * @throws UnreadableScriptException if there is a comma, but no closing brace near enough to be looked for
     */
    private boolean looksLikeBraces() throws UnreadableScriptException {
        if (at < noClosingBraceBefore) {
            return false;
        }
        int nesting = 0;
        boolean list = false;
        boolean closing = false;
        int limit = Math.min(end, at + LONGEST_LIST);
        for (int i = at; i < limit; i++) {
            char c = in.charAt(i);
            if (isBlank(c) || c == '\n' || c == ';') {
                noClosingBraceBefore = closing ? noClosingBraceBefore : i;
                return false;
            }
            closing |= c == '}';
            if (c == '{') {
                nesting++;
            } else if (c == '}' && --nesting == 0) {
                return list;
            } else if (c == ',' || (c == '.' && i + 1 < end && in.charAt(i + 1) == '.')) {
                list = true;
            } else if (c == '$' || c == '`' || c == '\\') {
                list = true;
            } else if (c == '\'' || c == '"') {
                int close = in.indexOf(c, i + 1);
                if (close < 0 || close >= end) {
                    return false;
                }
                i = close;
            }
        }
        if (list && limit < end) {
            throw new UnreadableScriptException("a list in braces is longer than " + LONGEST_LIST + " characters");
        }
        noClosingBraceBefore = closing ? noClosingBraceBefore : limit;
        return false;
    }

    private static @Nullable List<Word> range(Word word) {
        String text = word.plain();
        int dots = text == null ? -1 : text.indexOf("..");
        if (text == null || dots <= 0) {
            return null;
        }
        String from = text.substring(0, dots);
        String to = text.substring(dots + 2);
        if (to.indexOf("..") > 0) {
            to = to.substring(0, to.indexOf(".."));
        }
        List<Word> words = new ArrayList<>();
        if (from.length() == 1 && to.length() == 1 && Character.isLetter(from.charAt(0))) {
            int step = from.charAt(0) <= to.charAt(0) ? 1 : -1;
            for (int c = from.charAt(0); step * c <= step * to.charAt(0) && words.size() < 64; c += step) {
                words.add(new Word(List.of(new Text(String.valueOf((char) c), false))));
            }
            return words;
        }
        try {
            long first = Long.parseLong(from);
            long last = Long.parseLong(to);
            long step = first <= last ? 1 : -1;
            for (long n = first; step * n <= step * last && words.size() < 64; n += step) {
                words.add(new Word(List.of(new Text(Long.toString(n), false))));
            }
            return words;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    // ---- characters
    // --------------------------------------------------------------------------------------------------

    private boolean startsWith(String text) {
        return at + text.length() <= end && in.startsWith(text, at);
    }

    private void closing(char c) {
        skipSeparators0();
        if (at < end && in.charAt(at) == c) {
            at++;
        } else {
        }
    }

    private void skipSeparators0() {
        while (at < end && (isBlank(in.charAt(at)) || in.charAt(at) == '\n')) {
            at++;
        }
    }

    private void keyword(String word) throws UnreadableScriptException {
        if (skipKeyword(word)) {
            return;
        }
        if (at < end) {
            throw new UnreadableScriptException("'" + peekWord() + "' stands where '" + word + "' should");
        }
    }

    private boolean skipKeyword(String word) throws UnreadableScriptException {
        skipSeparators();
        if (peekWord().equals(word)) {
            at += word.length();
            return true;
        }
        return false;
    }

    /** Returns the unquoted text up to the next blank or operator, without moving. */
    private String peekWord() {
        int i = at;
        while (i < end && !isBlank(in.charAt(i)) && in.charAt(i) != '\n' && !isOperator(in.charAt(i)) && i - at < 64) {
            i++;
        }
        return i == at && (startsWith(";;") || startsWith(";&")) ? ";;" : in.substring(at, i);
    }

    private void skipBlanks() {
        while (at < end) {
            char c = in.charAt(at);
            if (isBlank(c)) {
                at++;
            } else if (c == '\\' && at + 1 < end && in.charAt(at + 1) == '\n') {
                at += 2;
            } else if (c == '\\' && startsWith("\\\r\n")) {
                at += 3;
            } else if (c == '#' && (at == 0 || isBlank(in.charAt(at - 1)) || isOperator(in.charAt(at - 1)))) {
                int newline = in.indexOf('\n', at);
                at = newline < 0 || newline > end ? end : newline;
            } else {
                return;
            }
        }
    }

    /** Skips what separates commands; a {@code ;;} stays. */
    private void skipSeparators() throws UnreadableScriptException {
        while (true) {
            skipBlanks();
            if (at >= end) {
                return;
            }
            char c = in.charAt(at);
            if (c == '\n') {
                at++;
                readHereDocuments();
            } else if (c == ';') {
                if (startsWith(";;") || startsWith(";&")) {
                    return;
                }
                at++;
            } else if ((c == '&' && !startsWith("&>")) || c == '|') {
                at++;
            } else {
                return;
            }
        }
    }

    private void skipSeparatorsAfterPipe() throws UnreadableScriptException {
        while (true) {
            skipBlanks();
            if (at < end && in.charAt(at) == '\n') {
                at++;
                readHereDocuments();
            } else {
                return;
            }
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\u00a0';
    }

    private static boolean isOperator(char c) {
        return c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' || c == '>' || c == '\n';
    }

    private static boolean isNamePart(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
