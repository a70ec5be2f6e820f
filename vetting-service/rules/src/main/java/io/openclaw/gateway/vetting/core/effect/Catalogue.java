package io.openclaw.gateway.vetting.core.effect;

import io.openclaw.gateway.vetting.core.effect.UseText.VerbsText;
import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.CommandLine;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What each known program does with its arguments; of a program that is not known, only what its subcommand says. */
public final class Catalogue {
    private static final List<String> DRY_RUNS = List.of(
            "--dry-run",
            "--dryrun",
            "--dry_run",
            "--what-if",
            "-whatif",
            "-WhatIf",
            "--noop",
            "--simulate",
            "--just-print",
            "--preview-only",
            "-n=true");
    private static final Set<String> REAL_RUNS = Set.of("none", "false", "no", "0");
    private static final int DEPTH_OF_UNKNOWN = 3;

    private record Entry(List<Use> uses, @Nullable VerbsText verbs, Set<String> harmless) {
        boolean hasSubcommands() {
            return verbs != null || uses.stream().anyMatch(Use::isOfSubcommand);
        }
    }

    private final Map<String, Entry> entries = new HashMap<>();

    /**
     * Describes a program.
     *
     * @param uses what it does
     * @param verbs how its subcommands say what they do, if they are verbs
     * @param harmless flags with which it does nothing
     * @throws IllegalArgumentException naming what makes no sense
     */
    public void describe(
            String program, @Nullable List<UseText> uses, @Nullable VerbsText verbs, @Nullable List<String> harmless) {
        List<Use> compiled = new ArrayList<>();
        Entry before = entries.get(program);
        if (before != null) {
            compiled.addAll(before.uses());
        }
        if (uses != null) {
            uses.forEach(use -> compiled.add(new Use(use)));
        }
        Set<String> flags = new HashSet<>(harmless == null ? List.of() : harmless);
        if (before != null) {
            flags.addAll(before.harmless());
        }
        entries.put(
                program,
                new Entry(
                        List.copyOf(compiled),
                        verbs == null && before != null ? before.verbs() : verbs,
                        Set.copyOf(flags)));
    }

    /** Returns how many programs it knows. */
    public int size() {
        return entries.size();
    }

    /** Tells whether it knows a program. */
    public boolean knows(String program) {
        return entries.containsKey(program);
    }

    /**
     * Returns what a command does, as far as the catalogue knows.
     *
     * @param wraps whether the operands are another command, which is looked at by itself
     */
    public List<Effect> effects(Invocation command, CommandLine line, boolean wraps) {
        List<Effect> found = new ArrayList<>(2);
        if (!command.writes().isEmpty()) {
            found.add(new Effect(EffectKind.WRITE, Set.of(), "", command.writes(), command));
        }
        if (!command.reads().isEmpty()) {
            found.add(new Effect(EffectKind.READ, Set.of(), "", command.reads(), command));
        }
        Entry entry = entries.get(command.program());
        if (entry == null) {
            if (!wraps && !command.program().startsWith(":")) {
                ofUnknown(command, line, found);
            }
            return found;
        }
        if ((entry.uses().isEmpty() && entry.verbs() == null) || isHarmless(entry, command, line)) {
            return found;
        }
        int before = found.size();
        for (int i = 0; i < entry.uses().size(); i++) {
            entry.uses().get(i).effects(command, line, found);
        }
        if (entry.verbs() != null && found.size() == before) {
            verbs(entry.verbs(), command, line, found);
        }
        return found;
    }

    /** Tells whether a known program is only asked for its help, or what it would do. */
    public boolean isHarmless(Invocation command, CommandLine line) {
        Entry entry = entries.get(command.program());
        return entry != null && isHarmless(entry, command, line);
    }

    private static boolean isHarmless(Entry entry, Invocation command, CommandLine line) {
        if (entry.harmless().contains("none")) {
            return false;
        }
        for (String flag : entry.harmless()) {
            if (isGiven(flag, command) || isFirst(flag, line)) {
                return true;
            }
        }
        if (line.flags().isEmpty()) {
            return false;
        }
        if ((line.has("--help", "-help") && (line.operands().isEmpty() || entry.hasSubcommands()))
                || (line.has("--version") && line.operands().isEmpty())) {
            return true;
        }
        for (String flag : DRY_RUNS) {
            if (line.flags().contains(flag)) {
                return line.options().stream()
                        .noneMatch(option -> option.flag().equals(flag)
                                && REAL_RUNS.contains(option.value().text()));
            }
        }
        return false;
    }

    /** As it is written: {@code -sV} is not {@code -V}. */
    private static boolean isGiven(String flag, Invocation command) {
        for (Argument argument : command.arguments()) {
            String text = argument.text();
            if (text.equals(flag)
                    || (text.startsWith(flag) && text.length() > flag.length() && text.charAt(flag.length()) == '=')) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFirst(String word, CommandLine line) {
        return !word.startsWith("-")
                && !line.operands().isEmpty()
                && line.operands().getFirst().text().equalsIgnoreCase(word);
    }

    private static void verbs(VerbsText verbs, Invocation command, CommandLine line, List<Effect> found) {
        int depth = verbs.depth() == null ? 2 : verbs.depth();
        List<Argument> operands = line.operands();
        for (int i = 0; i < operands.size() && i < depth; i++) {
            String word = operands.get(i).text();
            EffectKind kind = verbs.except() != null && verbs.except().contains(word) ? null : Verbs.kind(word);
            if (kind != null) {
                found.add(new Effect(
                        kind,
                        Set.of(),
                        verbs.what() == null ? "" : verbs.what(),
                        operands.subList(i + 1, operands.size()),
                        command));
                return;
            }
        }
    }

    private static void ofUnknown(Invocation command, CommandLine line, List<Effect> found) {
        List<Argument> operands = line.operands();
        List<Argument> paths = new ArrayList<>(0);
        for (int i = 0; i < operands.size(); i++) {
            String text = operands.get(i).text();
            if (text.indexOf('/') >= 0 || text.indexOf('.') >= 0 || text.startsWith("~")) {
                paths.add(operands.get(i));
            }
        }
        if (!paths.isEmpty()) {
            found.add(new Effect(EffectKind.READ, Set.of(Effect.UNKNOWN_PROGRAM), "", paths, command));
        }
        for (int i = 0; i < operands.size() && i < DEPTH_OF_UNKNOWN; i++) {
            if (Verbs.surelyDestroys(operands.get(i).text()) && !line.has("--help", "-h", "--dry-run", "--dryrun")) {
                found.add(new Effect(
                        EffectKind.DESTROY,
                        Set.of(Effect.UNKNOWN_PROGRAM),
                        "",
                        operands.subList(i + 1, operands.size()),
                        command));
                return;
            }
        }
    }
}
