package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.inspection.InjectionScanner;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.Offer;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.policy.ToolName;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Looks at the definition of a tool, prompt or resource before a model sees it: a server that is not trusted can speak to
 * every agent through its texts ("tool poisoning"), and can pass its tools off as another server's.
 */
public final class DefinitionVetting {
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;

    private DefinitionVetting() {}

    /**
     * Returns why a definition is not fit to be seen; none, most of the time.
     *
     * @param others the tools that are pinned
     */
    public static List<String> concernsAbout(String upstream, ToolDefinition seen, Collection<ToolPinned> others) {
        var concerns = new ArrayList<String>();
        String text = textOf(seen);
        if (hidden(text)) {
            concerns.add("it holds invisible characters");
        }
        Set<String> kinds = new LinkedHashSet<>(InjectionScanner.kinds(text));
        // A name says what its tool does, such as send_token_to_vault; it says nothing of what a model is to be.
        InjectionScanner.kinds(seen.name().replaceAll("[-_./:]+", " ")).stream()
                .filter(kind -> !kind.equals("exfiltration") && !kind.equals("command"))
                .forEach(kinds::add);
        kinds.stream()
                .filter(kind -> !kind.equals("hidden"))
                .forEach(kind -> concerns.add("its description speaks to a model (" + kind + ")"));
        String name = skeleton(seen.name());
        boolean isTool = !Offer.isPinName(seen.name());
        for (ToolPinned other : others) {
            String theirs = other.accepted().name();
            if (other.upstream().equals(upstream) || ToolName.isReserved(theirs)) {
                continue;
            }
            if (isTool && !seen.name().equals(theirs) && name.equals(skeleton(theirs))) {
                concerns.add("its name imitates " + other.address());
            }
            if (seen.name().startsWith(other.upstream() + "__")) {
                concerns.add("its name poses as a tool of " + other.upstream());
            }
            if (text.contains(other.upstream() + "__" + theirs)) {
                concerns.add("it speaks of " + other.address() + ", a tool of another upstream");
            }
        }
        return concerns.stream().distinct().toList();
    }

    /** Returns everything in a definition that a model reads, also within its schemas. */
    private static String textOf(ToolDefinition tool) {
        var text = new StringBuilder();
        Consumer<@Nullable String> add = part -> {
            if (part != null) {
                text.append(part).append('\n');
            }
        };
        add.accept(tool.name());
        add.accept(tool.title());
        add.accept(tool.description());
        if (tool.inputSchema() != null) {
            texts(tool.inputSchema().as(JsonNode.class), add);
        }
        for (RawJson more : tool.more().values()) {
            texts(more.as(JsonNode.class), add);
        }
        return text.toString();
    }

    private static void texts(JsonNode node, Consumer<@Nullable String> add) {
        if (node.isString()) {
            add.accept(node.asString());
        }
        node.properties().forEach(property -> {
            add.accept(property.getKey());
            texts(property.getValue(), add);
        });
        if (node.isArray()) {
            node.forEach(element -> texts(element, add));
        }
    }

    /** Tells whether a text has characters that nobody sees; the joiners that scripts and emoji are written with are none. */
    private static boolean hidden(String text) {
        return text.codePoints()
                .anyMatch(c -> c > 0x7f
                        && c != ZERO_WIDTH_JOINER
                        && c != ZERO_WIDTH_NON_JOINER
                        && switch (Character.getType(c)) {
                            case Character.FORMAT, Character.PRIVATE_USE, Character.UNASSIGNED, Character.SURROGATE ->
                                true;
                            default -> false;
                        });
    }

    /** Returns what is left of a name for somebody who does not look closely. */
    private static String skeleton(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[-_.:]", "")
                .replace('0', 'o')
                .replace('1', 'l')
                .replace('i', 'l')
                .replace('5', 's')
                .replace("rn", "m")
                .replace("vv", "w");
    }
}
