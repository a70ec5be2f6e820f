package io.openclaw.gateway.common.redaction;

import java.util.Set;

/**
 * Tells which words of a command would run, or be changed or deleted, so that they stay visible even if they are written like
 * a secret: {@code rm token=build}, {@code sh token=evil}, {@code ./token=evil}.
 */
final class Operands {
    /** Programs that change or delete each of their operands. */
    private static final Set<String> CHANGES = Set.of(
            "rm",
            "rmdir",
            "unlink",
            "shred",
            "mv",
            "cp",
            "ln",
            "chmod",
            "chown",
            "chgrp",
            "truncate",
            "del",
            "erase",
            "rd");
    /** Programs that run their first operand. */
    private static final Set<String> RUNS = Set.of(
            ("sh bash zsh dash ksh ash fish python python2 python3 node deno bun perl ruby php lua source exec nohup setsid"
                            + " command builtin eval xargs pwsh powershell osascript Rscript tclsh")
                    .split(" ", -1));
    /** Subcommands whose operands are what is changed. */
    private static final Set<String> VERBS = Set.of(
            ("delete destroy remove drop uninstall purge kill apply exec run scale drain stop restart terminate rollout start"
                            + " install")
                    .split(" ", -1));

    /** Words that a command follows. */
    private static final Set<String> LEADS = Set.of(
            "sudo", "doas", "env", "time", "nohup", "xargs", "then", "do", "else", "exec", "command", "nice", "timeout",
            "watch");

    private static final Set<String> RUNS_LATER = Set.of(
            ("sudo doas env xargs exec command nice timeout watch ssh rsh docker podman kubectl oc su runuser chroot nohup setsid"
                            + " nsenter busybox parallel")
                    .split(" ", -1));

    private static final int MAX_BACK = 128;

    private enum Mode {
        NONE,
        FIRST,
        ALL
    }

    private final String text;
    private Mode mode = Mode.NONE;
    private boolean operandBegan;
    private boolean atCommand = true;
    /** Whether a word such as {@code sudo} has said that a command follows somewhere. */
    private boolean leads;

    private int wordAt;

    Operands(String text) {
        this.text = text;
    }

    /** Tells whether the program, by its name, changes or deletes each of its operands. */
    static boolean changes(String program) {
        return CHANGES.contains(program);
    }

    /** Tells whether the program, by its name, runs its first operand. */
    static boolean runs(String program) {
        return RUNS.contains(program);
    }

    /** Tells whether a command follows a word, such as {@code sudo}. */
    static boolean leads(String word) {
        return LEADS.contains(word);
    }

    /** Tells whether a program runs one of its operands, whichever that is: {@code ssh host X}. */
    static boolean runsLater(String word) {
        return RUNS_LATER.contains(word);
    }

    /** A command ends there, and the next one begins. */
    void separator(int at) {
        mode = Mode.NONE;
        operandBegan = false;
        atCommand = true;
        leads = false;
        wordAt = at + 1;
    }

    void blank(int at) {
        if (operandBegan) {
            mode = Mode.NONE;
            operandBegan = false;
        }
        if (at > wordAt && !leads) {
            atCommand = false;
        }
        wordAt = at + 1;
    }

    /** A dot may be the shell's word that runs a file. */
    void dot(int at) {
        if (at == wordAt && at + 1 < text.length() && text.charAt(at + 1) == ' ' && atCommand) {
            mode = Mode.FIRST;
            operandBegan = false;
        }
    }

    /** Takes notice of an identifier of the text. */
    void identifier(int start, int end) {
        boolean ends = end == text.length() || text.charAt(end) <= ' ';
        if (mode == Mode.FIRST && text.charAt(start) != '-') {
            operandBegan = true;
        }
        if (ends && end - start <= 10 && (start == wordAt || text.charAt(start - 1) == '/')) {
            String word = text.substring(start, end);
            if (!atCommand) {
                leads |= word.equals("-exec") || word.equals("-execdir");
                atCommand |= leads;
                return;
            }
            leads |= LEADS.contains(word);
            if (CHANGES.contains(word)) {
                mode = Mode.ALL;
            } else if (RUNS.contains(word)) {
                mode = Mode.FIRST;
                operandBegan = false;
            }
        }
    }

    /** Tells whether the word that holds a name there is one that runs, or is changed. */
    boolean isOperand(int name) {
        int first = wordAt;
        if (first < name && Values.isQuote(text.charAt(first))) {
            first++;
        }
        if (first > name || text.charAt(first) == '-') {
            return false;
        }
        if (mode != Mode.NONE) {
            return true;
        }
        return atCommand && isPath(first, name);
    }

    private boolean isPath(int from, int to) {
        if (to - from > 64
                || to == from
                || text.charAt(to - 1) != '/'
                || text.startsWith("//", from)
                || !(text.charAt(from) == '/' || text.charAt(from) == '.' || text.charAt(from) == '~')) {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!Chars.is(c, Chars.NAME | Chars.DOT) && c != '/' && c != '~') {
                return false;
            }
        }
        return true;
    }

    /**
     * Tells whether a word that stands there in a text would run, or is what a command changes: looked for backwards, to where
     * the command begins.
     *
     * @param command whether the text is a command
     */
    static boolean isVisible(String text, int at, boolean command, Work work) {
        int from = at;
        int limit = Math.max(0, at - MAX_BACK);
        while (from > limit && !separates(text.charAt(from - 1))) {
            from--;
        }
        work.add(at - from);
        String before = text.substring(from, at);
        String[] words = before.strip().split("[ \\t]+");
        boolean glued = !before.isEmpty() && before.charAt(before.length() - 1) > ' ';
        int count = words.length == 1 && words[0].isEmpty() ? 0 : words.length;
        if (glued) {
            // A part of a word is an operand only as a path: "rm build/evil1234".
            String head = words[count - 1];
            if (head.startsWith("-") || (head.indexOf('=') >= 0 && !isFirstOfRunner(words, count - 1))) {
                return false;
            }
            count--;
        }
        boolean options = true;
        boolean program = command;
        for (int i = count - 1; i >= 0; i--) {
            String word = words[i];
            String name = word.substring(word.lastIndexOf('/') + 1);
            boolean changes = CHANGES.contains(name) || (options && RUNS.contains(name));
            if ((changes && (command || i == 0)) || (command && i > 0 && VERBS.contains(name))) {
                return true;
            }
            options &= word.startsWith("-");
            program &= word.indexOf('=') > 0 || name.equals("sudo") || name.equals("env") || name.equals("time");
        }
        return program && !glued;
    }

    private static boolean isFirstOfRunner(String[] words, int index) {
        return index > 0 && (CHANGES.contains(words[index - 1]) || RUNS.contains(words[index - 1]));
    }

    static boolean separates(char c) {
        return switch (c) {
            case ';', '|', '&', '\n', '(', '`' -> true;
            default -> false;
        };
    }
}
