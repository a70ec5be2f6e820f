package io.openclaw.gateway.approval.core;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.text.Ellipsis;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * What a call is about in one line, and which calls are alike.
 *
 * @param line the command, or the arguments in short; masked if they were
 * @param likeness calls of one likeness differ only in free arguments: they have agent, tool, the names of the arguments, the
 *     rules that spoke, and the first two words of a command in common
 */
public record Gist(String line, String likeness) {
    private static final int MAX_LINE = 240;
    private static final int MAX_VALUE = 80;
    private static final List<String> COMMANDS = List.of("command", "cmd", "script");

    /**
     * Looks at a call.
     *
     * @param arguments masked
     * @param reasons why a person has to decide
     */
    public static Gist of(String agent, String upstream, String tool, RawJson arguments, List<Reason> reasons) {
        JsonNode node = arguments.as(JsonNode.class);
        String command = COMMANDS.stream()
                .map(node::path)
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .findFirst()
                .orElse("");
        String line = command.isEmpty() ? fields(node) : command;
        String likeness = String.join(
                "\n",
                agent,
                upstream,
                tool,
                node.properties().stream().map(Map.Entry::getKey).sorted().collect(Collectors.joining(",")),
                reasons.stream().map(Reason::ruleId).distinct().sorted().collect(Collectors.joining(",")),
                beginning(command));
        return new Gist(
                Ellipsis.of(line.strip().replaceAll("\\s+", " "), MAX_LINE),
                Digest.sha256Hex(likeness.getBytes(StandardCharsets.UTF_8)).substring(0, 32));
    }

    private static String beginning(String command) {
        return command.strip().lines().findFirst().stream()
                .flatMap(line -> List.of(line.split("\\s+", 3)).stream().limit(2))
                .collect(Collectors.joining(" "));
    }

    private static String fields(JsonNode node) {
        return node.properties().stream()
                .limit(6)
                .map(field -> field.getKey() + ": "
                        + Ellipsis.of(
                                field.getValue().isString()
                                        ? field.getValue().asString()
                                        : field.getValue().toString(),
                                MAX_VALUE))
                .collect(Collectors.joining(" · "));
    }
}
