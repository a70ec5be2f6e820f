package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.vetting.core.effect.Catalogue;
import io.openclaw.gateway.vetting.core.effect.Effect;
import io.openclaw.gateway.vetting.core.effect.EffectKind;
import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.CommandLine;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.core.shell.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * All rules that are in force, found by the program that a command runs. Immutable; a changed directory makes a new one.
 */
public final class RulePack implements Programs {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final String INDEX = "/rules/packs";
    private static final Syntax DEFAULT = new DescribedSyntax(Set.of(), true);

    private record DescribedSyntax(Set<String> valued, boolean clustersFlags) implements Syntax {
        @Override
        public boolean takesValue(String flag) {
            return valued.contains(flag);
        }
    }

    private record Compiled(Rule rule, Matcher matcher) {}

    private record Patterned(Wildcard program, Compiled compiled) {}

    private final String version;
    private final List<Rule> rules;
    private final Map<String, Syntax> syntaxes = new HashMap<>();
    private final Map<String, Wrapper> wrappers = new HashMap<>();
    private final Map<String, Runs> runs = new HashMap<>();
    private final Catalogue catalogue = new Catalogue();
    private final Map<String, Map<String, String>> examples = new LinkedHashMap<>();
    private final List<String> withoutExample = new ArrayList<>();
    private final Map<String, Set<String>> tags = new HashMap<>();
    private final Map<String, ArgumentClass> classes = new HashMap<>();
    private final Map<String, List<Compiled>> byProgram = new HashMap<>();
    private final List<Patterned> byPattern = new ArrayList<>();
    private final List<Compiled> forAll = new ArrayList<>();

    private RulePack(String version, List<PackText> files) {
        this.version = version;
        Map<String, Rule> byId = new LinkedHashMap<>();
        for (PackText file : files) {
            describe(file);
            if (file.rules() != null) {
                file.rules().forEach(rule -> byId.put(rule.id(), rule));
            }
        }
        wrappers.forEach((name, wrapper) -> {
            if (wrapper.subcommand() == null) {
                tags.computeIfAbsent("wrappers", t -> new HashSet<>()).add(name);
            }
        });
        this.rules = List.copyOf(byId.values());
        for (Rule rule : rules) {
            try {
                index(rule);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("rule " + rule.id() + ": " + e.getMessage(), e);
            }
        }
    }

    private void describe(PackText file) {
        if (file.classes() != null) {
            file.classes().forEach((name, text) -> classes.put(name, new ArgumentClass(text)));
        }
        if (file.tags() != null) {
            file.tags()
                    .forEach((tag, programs) ->
                            tags.computeIfAbsent(tag, t -> new HashSet<>()).addAll(programs));
        }
        if (file.programs() != null) {
            file.programs().forEach((names, text) -> {
                for (String name : names.split("\\|", -1)) {
                    describe(name.strip(), text);
                }
                if (text.example() != null) {
                    examples.merge(names, text.example(), (one, other) -> {
                        Map<String, String> both = new LinkedHashMap<>(one);
                        both.putAll(other);
                        return both;
                    });
                } else if (text.uses() != null || text.verbs() != null) {
                    withoutExample.add(names);
                }
            });
        }
    }

    private void describe(String name, PackText.ProgramText text) {
        if (text.valued() != null || text.longFlags() != null) {
            Set<String> valued = new HashSet<>(text.valued() == null ? List.of() : text.valued());
            if (syntaxes.get(name) instanceof DescribedSyntax before) {
                valued.addAll(before.valued());
            }
            syntaxes.put(name, new DescribedSyntax(valued, !Boolean.TRUE.equals(text.longFlags())));
        }
        if (text.wraps() != null) {
            wrappers.put(
                    name,
                    new Wrapper(
                            text.wraps().skip() == null ? 0 : text.wraps().skip(),
                            text.wraps().subcommand(),
                            Boolean.TRUE.equals(text.wraps().afterDashes()),
                            Boolean.TRUE.equals(text.wraps().joined())));
        }
        if (text.runs() != null) {
            runs.put(
                    name,
                    new Runs(
                            text.runs().shell() == null
                                    ? Set.of()
                                    : Set.copyOf(text.runs().shell()),
                            text.runs().files() == null
                                    ? Set.of()
                                    : Set.copyOf(text.runs().files()),
                            text.runs().keys() == null ? Map.of() : text.runs().keys()));
        }
        if (text.uses() != null || text.verbs() != null || text.example() != null || text.harmless() != null) {
            try {
                catalogue.describe(name, text.uses(), text.verbs(), text.harmless());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("program " + name + ": " + e.getMessage(), e);
            }
        }
    }

    private void index(Rule rule) {
        for (Condition condition : rule.match()) {
            var compiled = new Compiled(rule, new Matcher(condition, classes, tags));
            if (condition.program() == null || condition.program().contains("*")) {
                forAll.add(compiled);
                continue;
            }
            for (String names : condition.program()) {
                for (String name : names.split("\\|", -1)) {
                    if (name.startsWith("@")) {
                        Set<String> tagged = tags.get(name.substring(1));
                        if (tagged == null) {
                            throw new IllegalArgumentException("there is no tag " + name);
                        }
                        tagged.forEach(program -> add(program, compiled));
                    } else if (name.indexOf('*') >= 0) {
                        byPattern.add(new Patterned(Wildcard.ofText(name), compiled));
                    } else {
                        add(name, compiled);
                    }
                }
            }
        }
    }

    private void add(String program, Compiled compiled) {
        byProgram.computeIfAbsent(program, p -> new ArrayList<>()).add(compiled);
    }

    /** Reads the packs that come with the gateway. */
    public static RulePack builtIn() {
        return of(Map.of());
    }

    /**
     * Reads the packs that come with the gateway and further ones; a rule with the same id replaces an earlier one.
     *
     * @param further the text of each further file, by its name; they are read in the order of their names
     * @throws IllegalArgumentException naming the file and the rule that is incomplete or wrong
     */
    public static RulePack of(Map<String, byte[]> further) {
        List<PackText> files = new ArrayList<>();
        var everything = new StringBuilder();
        for (String name :
                new String(resource(INDEX), StandardCharsets.UTF_8).strip().split("\\s+", -1)) {
            read(name, resource("/rules/" + name), files, everything);
        }
        new TreeMap<>(further).forEach((name, text) -> read(name, text, files, everything));
        String hash = Digest.sha256Hex(everything.toString().getBytes(StandardCharsets.UTF_8));
        return new RulePack(hash.substring(0, 16), files);
    }

    private static void read(String name, byte[] text, List<PackText> files, StringBuilder everything) {
        try {
            files.add(YAML.readValue(text, PackText.class));
        } catch (JacksonException e) {
            String why = e.getCause() instanceof IllegalArgumentException cause
                    ? String.valueOf(cause.getMessage())
                    : e.getOriginalMessage();
            throw new IllegalArgumentException(
                    "rule file " + name + ", line " + e.getLocation().getLineNr() + ": " + why, e);
        }
        everything.append(name).append('\0').append(Digest.sha256Hex(text)).append('\0');
    }

    private static byte[] resource(String name) {
        try (InputStream in = RulePack.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("this jar has no " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    /** Returns the first 16 hexadecimal digits of the SHA-256 of all packs; verdicts name it. */
    public String version() {
        return version;
    }

    /** Returns all rules, in the order of the packs. */
    public List<Rule> rules() {
        return rules;
    }

    /** A rule, and what it found something in: an effect of a command, or the command itself. */
    public record Match(
            Rule rule, Invocation command, @Nullable Effect effect) {}

    /** Returns the catalogue of programs. */
    public Catalogue catalogue() {
        return catalogue;
    }

    /** Returns for each entry of the catalogue, by its names, commands and the effects that they have. */
    public Map<String, Map<String, String>> examples() {
        return examples;
    }

    /** Returns the entries of the catalogue that say what programs do, and show no example. */
    public List<String> entriesWithoutExample() {
        return withoutExample;
    }

    /** Returns what a command does, as far as the catalogue knows. */
    public List<Effect> effects(Invocation command) {
        return catalogue.effects(command, line(command), wrappers.containsKey(command.program()));
    }

    /** Returns what was found, as {@code deletes recursively: /srv/data, outside the workspace, cannot be undone}. */
    public @Nullable String words(Match match) {
        Effect effect = match.effect();
        if (effect == null) {
            return null;
        }
        var words = new StringBuilder(effect.words());
        String directory = effect.command().directory();
        if (ofFiles(effect.kind())) {
            if (any("secret-file", effect, directory)) {
                words.append(", where credentials are kept");
            } else if (any("device", effect, directory)) {
                words.append(", a device");
            } else if (any("config-tree", effect, directory)) {
                words.append(", part of the system");
            } else if (any("outside", effect, directory)) {
                words.append(", outside the workspace");
            } else if (effect.targets().stream().anyMatch(Argument::isUnknown)) {
                words.append(", known only when it runs");
            }
        }
        if (effect.kind().cannotBeUndone()) {
            words.append(", cannot be undone");
        }
        for (String wrapper : effect.command().via()) {
            words.append(", through ").append(wrapper);
        }
        return words.toString();
    }

    private static boolean ofFiles(EffectKind kind) {
        return switch (kind) {
            case READ, WRITE, DELETE, MOVE, ERASE, LOCK, PERMIT, RUN, LOAD, UPLOAD, COPY -> true;
            default -> false;
        };
    }

    private boolean any(String name, Effect effect, String directory) {
        ArgumentClass members = classes.get(name);
        return members != null && effect.targets().stream().anyMatch(target -> members.holds(target, directory));
    }

    private CommandLine line(Invocation command) {
        Wrapper wrapper = wrappers.get(command.program());
        return isWithoutFlags(command.program())
                ? new CommandLine(Set.of(), List.of(), command.arguments())
                : CommandLine.of(
                        command.arguments(),
                        syntax(command.program()),
                        wrapper != null && wrapper.subcommand() == null);
    }

    /** Returns the operands of a command: its arguments without flags and their values. */
    public List<Argument> operands(Invocation command) {
        return line(command).operands();
    }

    /** Adds the rules that find something in a command, or in what it does. */
    public void find(Invocation command, Map<String, Match> found) {
        CommandLine line = line(command);
        var written = new Matcher.Written();
        List<Effect> effects = catalogue.effects(command, line, wrappers.containsKey(command.program()));
        for (int i = 0; i < effects.size(); i++) {
            Effect effect = effects.get(i);
            Invocation form = effect.normalForm();
            CommandLine formLine = effect.line();
            var formWritten = new Matcher.Written();
            List<Compiled> named = byProgram.getOrDefault(form.program(), List.of());
            for (int j = 0; j < named.size(); j++) {
                find(named.get(j), form, formLine, command, effect, formWritten, found);
            }
        }
        if (!catalogue.isHarmless(command, line)) {
            List<Compiled> named = byProgram.getOrDefault(command.program(), List.of());
            for (int i = 0; i < named.size(); i++) {
                find(named.get(i), command, line, command, null, written, found);
            }
            for (int i = 0; i < byPattern.size(); i++) {
                if (byPattern.get(i).program().matches(command.program())) {
                    find(byPattern.get(i).compiled(), command, line, command, null, written, found);
                }
            }
        }
        for (int i = 0; i < forAll.size(); i++) {
            find(forAll.get(i), command, line, command, null, written, found);
        }
    }

    /** What is no program takes what it is given as it is: the value of a variable is no flag. */
    private static boolean isWithoutFlags(String program) {
        return program.startsWith(":") && !program.equals(":delete") && !program.equals(":sql");
    }

    private static void find(
            Compiled rule,
            Invocation form,
            CommandLine line,
            Invocation command,
            @Nullable Effect effect,
            Matcher.Written written,
            Map<String, Match> found) {
        if (!found.containsKey(rule.rule().id()) && rule.matcher().matches(form, line, written)) {
            found.put(rule.rule().id(), new Match(rule.rule(), command, effect));
        }
    }

    @Override
    public Syntax syntax(String program) {
        return syntaxes.getOrDefault(program, DEFAULT);
    }

    @Override
    public @Nullable Wrapper wrapper(String program) {
        return wrappers.get(program);
    }

    @Override
    public @Nullable Runs runs(String program) {
        return runs.get(program);
    }

    @Override
    public boolean tagged(String program, String tag) {
        return tags.getOrDefault(tag, Set.of()).contains(program);
    }

    @Override
    public boolean isSecretFile(String path) {
        ArgumentClass secret = classes.get("secret-file");
        return secret != null && secret.holdsPath(path);
    }

    @Override
    public boolean isSecretName(String variable) {
        ArgumentClass names = classes.get("secret-name");
        return names != null && names.holds(new Argument(variable, 0), "");
    }

    @Override
    public boolean isDescribed(String program) {
        return catalogue.knows(program);
    }

    @Override
    public Set<String> known() {
        return byProgram.keySet();
    }
}
