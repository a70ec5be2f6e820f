package io.openclaw.gateway.vetting.core.shell;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Programs that run what their own files or subcommands say: make, package managers, git and nix. */
final class BuildTools {
    private static final Set<String> RUNNERS = Set.of("run", "run-script", "exec", "x", "dlx");

    /** What package managers do by themselves, though programs are called so, too. */
    private static final Set<String> OWN_SUBCOMMANDS = Set.of(
            "test",
            "link",
            "init",
            "info",
            "list",
            "run",
            "start",
            "build",
            "exec",
            "help",
            "view",
            "config",
            "login",
            "pack",
            "audit",
            "install",
            "i",
            "add",
            "remove",
            "rm",
            "publish",
            "why",
            "up",
            "update",
            "upgrade",
            "create",
            "set",
            "get",
            "ls",
            "ping",
            "version",
            "search",
            "stop",
            "restart",
            "cache",
            "prune",
            "dedupe",
            "fund",
            "outdated",
            "x",
            "dlx",
            "node",
            "un",
            "uninstall",
            "unlink",
            "import",
            "store",
            "env",
            "bin",
            "root",
            "prefix",
            "owner",
            "team",
            "tag",
            "dev",
            "lint");

    private final Evaluator evaluator;
    private final Programs programs;
    private final Commands commands;

    BuildTools(Evaluator evaluator, Programs programs, Commands commands) {
        this.evaluator = evaluator;
        this.programs = programs;
        this.commands = commands;
    }

    Map<String, Handler> handlers() {
        Map<String, Handler> handlers = new HashMap<>();
        List.of("make", "gmake").forEach(name -> handlers.put(name, this::make));
        List.of("npm", "yarn", "pnpm", "bun").forEach(name -> handlers.put(name, this::packageManager));
        handlers.put("nix", this::nix);
        handlers.put("git", this::git);
        return handlers;
    }

    private Argument make(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        if (input != null && !input.isUnknown()) {
            recipes(input.text());
        }
        makefiles(program, arguments);
        return Evaluator.UNKNOWN_OUTPUT;
    }

    /** The lines of a makefile that start with a tab are commands. */
    private void recipes(String makefile) throws UnreadableScriptException {
        for (String line : makefile.split("\n", -1)) {
            int rule = line.indexOf(';');
            boolean inline = rule > 0 && line.indexOf(':') > 0 && line.indexOf(':') < rule && !line.startsWith("\t");
            if (line.startsWith("\t") || inline || line.startsWith("\t-")) {
                String command = (inline ? line.substring(rule + 1) : line)
                        .strip()
                        .replaceFirst("^[@+-]+", "")
                        .replace("$$", "$");
                evaluator.within("make", () -> evaluator.runText(command, null));
            }
        }
    }

    /** The makefiles that the script wrote, and rules that are given as an option. */
    private void makefiles(String program, List<Argument> arguments) throws UnreadableScriptException {
        List<Argument> files =
                new ArrayList<>(List.of(Argument.of("Makefile"), Argument.of("makefile"), Argument.of("GNUmakefile")));
        for (Argument argument : arguments) {
            if (argument.text().startsWith("--eval=")) {
                recipes(argument.text().substring(7));
            }
        }
        for (CommandLine.Option option :
                CommandLine.of(arguments, programs.syntax(program)).options()) {
            if (option.flag().equals("-f") || option.flag().equals("--file")) {
                files.add(option.value());
            }
        }
        for (Argument file : files) {
            if (evaluator.wroteFile(file)) {
                recipes(evaluator.file(file).text());
            }
        }
    }

    private @Nullable Argument nix(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        for (int i = 0; i + 1 < arguments.size(); i++) {
            String flag = arguments.get(i).text();
            if (flag.equals("-c") || flag.equals("--command")) {
                List<Argument> inner = arguments.subList(i + 1, arguments.size());
                return evaluator.within(program, () -> evaluator.aliasFreeRun(inner, input));
            }
        }
        return null;
    }

    private @Nullable Argument packageManager(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        List<Argument> words =
                CommandLine.of(arguments, programs.syntax(program)).operands();
        boolean script = words.size() > 1 && RUNNERS.contains(words.getFirst().text());
        int name = script ? 1 : 0;
        if (words.size() > name
                && !OWN_SUBCOMMANDS.contains(words.get(name).text())
                && programs.isDescribed(words.get(name).text())) {
            int from = arguments.indexOf(words.get(name));
            List<Argument> inner = arguments.subList(from, arguments.size()).stream()
                    .filter(word -> !word.text().equals("--"))
                    .toList();
            evaluator.within(program, () -> evaluator.aliasFreeRun(inner, input));
        }
        Argument manifest = Argument.of("package.json");
        if (evaluator.wroteFile(manifest)) {
            for (String literal : CodeReader.literals(evaluator.file(manifest).text())) {
                evaluator.within(program, () -> evaluator.runText(literal, null));
            }
        }
        return null;
    }

    /** {@code git bisect run} and {@code git submodule foreach} run a command. */
    private @Nullable Argument git(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        List<Argument> words =
                CommandLine.of(arguments, programs.syntax(program)).operands();
        if (words.size() <= 2) {
            return null;
        }
        String command = words.get(0).text() + " " + words.get(1).text();
        if (command.equals("bisect run") || command.equals("submodule foreach")) {
            int from = arguments.indexOf(words.get(1)) + 1;
            List<Argument> inner = arguments.subList(from, arguments.size());
            evaluator.within(
                    "git " + words.get(0).text(),
                    () -> inner.size() == 1
                            ? commands.scriptText(program, inner.getFirst(), List.of())
                            : evaluator.aliasFreeRun(inner, null));
        }
        return null;
    }
}
