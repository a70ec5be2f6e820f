package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A policy as YAML, in one file or in many: lists of one name are put together, and what there can be only one of may be in
 * one file alone. Neither the order of files nor that of what is in them has a meaning.
 */
public final class PolicyText {
    /** Reads YAML; an unknown field, and a field that is there twice, is an error. */
    static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final List<String> SECTIONS =
            List.of("agents", "roles", "rules", "exemptions", "limits", "upstreams", "issuers");

    private PolicyText() {}

    /** Reads a policy of one file; see {@link #read(Map)}. */
    public static PolicyInForce read(String yaml) {
        return read(Map.of("", yaml));
    }

    /**
     * Reads a policy and checks it.
     *
     * @param files the text of each file, by its name
     * @return the policy; its version is the first 16 hexadecimal digits of the SHA-256 of its canonical JSON (RFC 8785),
     *     so neither comments, nor layout, nor order change it
     * @throws InvalidPolicyException naming every problem, with file and line where it is about one
     */
    public static PolicyInForce read(Map<String, String> files) {
        var problems = new ArrayList<PolicyProblem>();
        var documents = new TreeMap<String, PolicyDocument>();
        var nodes = new HashMap<String, JsonNode>();
        new TreeMap<>(files).forEach((name, text) -> {
            try {
                PolicyDocument document = parsed(text);
                if (document != null) {
                    documents.put(name, document);
                    nodes.put(name, YAML.readTree(text));
                }
            } catch (JacksonException e) {
                problems.add(PolicyProblem.at(name, words(e)));
            }
        });
        if (problems.isEmpty() && documents.isEmpty()) {
            problems.add(PolicyProblem.at("", "the policy is empty"));
        }
        PolicyDocument whole = merged(documents, nodes, problems);
        if (!problems.isEmpty()) {
            throw new InvalidPolicyException(problems);
        }
        var policy = of(whole);
        try {
            Policy.of(policy);
        } catch (InvalidPolicyException e) {
            Positions positions = Positions.of(files);
            throw new InvalidPolicyException(
                    e.problems().stream().map(positions::locate).toList());
        }
        return policy;
    }

    /**
     * Reads one file, without a look at what it refers to.
     *
     * @throws InvalidPolicyException if it is no YAML, is empty, or has a field that policies have not
     */
    public static PolicyDocument document(String name, String yaml) {
        try {
            PolicyDocument document = parsed(yaml);
            if (document == null) {
                throw new InvalidPolicyException(List.of(PolicyProblem.at(name, "the file is empty")));
            }
            return document;
        } catch (JacksonException e) {
            throw new InvalidPolicyException(List.of(PolicyProblem.at(name, words(e))));
        }
    }

    private static @Nullable PolicyDocument parsed(String yaml) {
        return yaml.isBlank() ? null : YAML.readValue(yaml, PolicyDocument.class);
    }

    /**
     * Reads a policy that is JSON, and checks it.
     *
     * @throws InvalidPolicyException naming every problem
     */
    public static PolicyInForce readJson(String json) {
        PolicyInForce policy;
        try {
            // JSON is YAML too, and this mapper takes deny for DENY.
            policy = of(YAML.readValue(json, PolicyDocument.class));
        } catch (JacksonException e) {
            throw new InvalidPolicyException(List.of(PolicyProblem.at("", words(e))));
        }
        Policy.of(policy);
        return policy;
    }

    /** Gives a document its version; it is sorted first, so that the order it came in has no meaning. */
    public static PolicyInForce of(PolicyDocument document) {
        PolicyDocument sorted = sorted(document);
        byte[] canonical = CanonicalJson.of(RawJson.from(sorted));
        return new PolicyInForce(Digest.sha256Hex(canonical).substring(0, 16), sorted);
    }

    /** Says what Jackson could not read, and where. */
    static String words(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        String line = location == null || location.getLineNr() < 1 ? "" : "near line " + location.getLineNr() + ": ";
        return line + e.getOriginalMessage();
    }

    private static PolicyDocument merged(
            Map<String, PolicyDocument> documents, Map<String, JsonNode> nodes, List<PolicyProblem> problems) {
        return new PolicyDocument(
                all(documents, PolicyDocument::agents),
                all(documents, PolicyDocument::roles),
                all(documents, PolicyDocument::rules),
                all(documents, PolicyDocument::limits),
                all(documents, PolicyDocument::upstreams),
                all(documents, PolicyDocument::issuers),
                one("defaults", documents, nodes, problems)
                        .map(PolicyDocument::defaults)
                        .orElse(PolicyDocument.Defaults.NONE),
                one("results", documents, nodes, problems)
                        .map(PolicyDocument::results)
                        .orElse(PolicyDocument.Results.FLAGGED),
                all(documents, PolicyDocument::exemptions));
    }

    private static <T> List<T> all(Map<String, PolicyDocument> documents, Function<PolicyDocument, List<T>> section) {
        return documents.values().stream()
                .flatMap(document -> section.apply(document).stream())
                .toList();
    }

    private static Optional<PolicyDocument> one(
            String section,
            Map<String, PolicyDocument> documents,
            Map<String, JsonNode> nodes,
            List<PolicyProblem> problems) {
        List<String> names = documents.keySet().stream()
                .filter(name -> nodes.get(name) != null && nodes.get(name).has(section))
                .toList();
        if (names.size() > 1) {
            problems.add(PolicyProblem.at(names.get(1), section + " may be given once, and is in " + names));
        }
        return names.isEmpty() ? Optional.empty() : Optional.ofNullable(documents.get(names.getFirst()));
    }

    private static PolicyDocument sorted(PolicyDocument document) {
        return new PolicyDocument(
                sorted(document.agents(), PolicyDocument.Agent::id),
                sorted(document.roles(), PolicyDocument.Role::id),
                sorted(document.rules(), PolicyDocument.Rule::id),
                sorted(document.limits(), PolicyDocument.Limit::id),
                sorted(document.upstreams(), PolicyDocument.Upstream::name),
                sorted(document.issuers(), PolicyDocument.Issuer::id),
                document.defaults(),
                document.results(),
                sorted(document.exemptions(), PolicyDocument.Exemption::id));
    }

    private static <T> List<T> sorted(List<T> list, Function<T, @Nullable String> name) {
        return list.stream()
                .sorted(Comparator.comparing(each -> String.valueOf(name.apply(each))))
                .toList();
    }

    /** Where the parts of a policy are in its files. */
    private record Positions(Map<String, String> parts, Map<String, Integer> expressions, Map<String, String> files) {

        static Positions of(Map<String, String> files) {
            var positions = new Positions(new HashMap<>(), new HashMap<>(), new HashMap<>());
            files.forEach((name, text) -> new Compose(LoadSettings.builder().build())
                    .composeString(text)
                    .ifPresent(root -> positions.add(name, root)));
            return positions;
        }

        private void add(String file, Node root) {
            for (String section : SECTIONS) {
                if (!(field(root, section) instanceof SequenceNode list)) {
                    continue;
                }
                for (Node item : list.getValue()) {
                    Node id = field(item, section.equals("upstreams") ? "name" : "id");
                    if (id instanceof ScalarNode scalar) {
                        String where = section + "/" + scalar.getValue();
                        parts.put(where, at(file, lineOf(item)));
                        files.put(where, file);
                        for (String expression : List.of("when", "cost")) {
                            if (field(item, expression) instanceof ScalarNode text) {
                                boolean block = text.getScalarStyle() == ScalarStyle.LITERAL
                                        || text.getScalarStyle() == ScalarStyle.FOLDED;
                                expressions.put(where, lineOf(text) + (block ? 1 : 0));
                            }
                        }
                    }
                }
            }
        }

        private static @Nullable Node field(Node node, String name) {
            if (node instanceof MappingNode mapping) {
                for (var tuple : mapping.getValue()) {
                    if (tuple.getKeyNode() instanceof ScalarNode key
                            && key.getValue().equals(name)) {
                        return tuple.getValueNode();
                    }
                }
            }
            return null;
        }

        private static int lineOf(Node node) {
            return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
        }

        private static String at(String file, int line) {
            return file.isEmpty() ? "line " + line : file + ":" + line;
        }

        PolicyProblem locate(PolicyProblem problem) {
            Integer expression = expressions.get(problem.where());
            String position = problem.line() > 0 && expression != null
                    ? at(files.getOrDefault(problem.where(), ""), expression + problem.line() - 1)
                    : parts.get(problem.where());
            return position == null
                    ? problem
                    : new PolicyProblem(position, problem.line(), problem.where() + ": " + problem.text());
        }
    }
}
