package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.common.call.Digest;
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
                    Set<String> valued = new HashSet<>(text.valued() == null ? List.of() : text.valued());
                    syntaxes.put(name, new DescribedSyntax(valued, !Boolean.TRUE.equals(text.longFlags())));
                    if (text.wraps() != null) {
                        wrappers.put(
                                name,
                                new Wrapper(
                                        text.wraps().skip() == null
                                                ? 0
                                                : text.wraps().skip(),
                                        text.wraps().subcommand(),
                                        Boolean.TRUE.equals(text.wraps().afterDashes()),
                                        Boolean.TRUE.equals(text.wraps().joined())));
                    }
                }
            });
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

    /** Adds the rules that find something in a command. */
    public void find(Invocation command, Map<String, Rule> found) {
        Wrapper wrapper = wrappers.get(command.program());
        CommandLine line = isWithoutFlags(command.program())
                ? new CommandLine(Set.of(), List.of(), command.arguments())
                : CommandLine.of(
                        command.arguments(),
                        syntax(command.program()),
                        wrapper != null && wrapper.subcommand() == null);
        List<Compiled> named = byProgram.getOrDefault(command.program(), List.of());
        for (int i = 0; i < named.size(); i++) {
            find(named.get(i), command, line, found);
        }
        for (int i = 0; i < byPattern.size(); i++) {
            if (byPattern.get(i).program().matches(command.program())) {
                find(byPattern.get(i).compiled(), command, line, found);
            }
        }
        for (int i = 0; i < forAll.size(); i++) {
            find(forAll.get(i), command, line, found);
        }
    }

    /** What is no program takes what it is given as it is: the value of a variable is no flag. */
    private static boolean isWithoutFlags(String program) {
        return program.startsWith(":") && !program.equals(":delete") && !program.equals(":sql");
    }

    private static void find(Compiled rule, Invocation command, CommandLine line, Map<String, Rule> found) {
        if (!found.containsKey(rule.rule().id()) && rule.matcher().matches(command, line)) {
            found.put(rule.rule().id(), rule.rule());
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
    public Set<String> known() {
        return byProgram.keySet();
    }
}
