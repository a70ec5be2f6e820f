package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The tools of an OpenClaw worker whose names do not say what their arguments are: media that go to a model, keys that are
 * typed, jobs that run later, commands for a paired machine.
 */
final class OpenClawTools {
    private static final Set<String> ADDS_JOBS = Set.of("add", "create", "update", "edit");
    private static final Set<String> COMMANDS = Names.set("command commands cmd script argv shell exec");
    private static final int MAX_COMMANDS = 20;
    private static final int MAX_DEPTH = 6;

    private static final Map<String, Map<String, Role>> ROLES = Map.ofEntries(
            Map.entry("image", Map.of("image", Role.ATTACHMENT, "images", Role.ATTACHMENT)),
            Map.entry("pdf", Map.of("pdf", Role.ATTACHMENT, "pdfs", Role.ATTACHMENT)),
            Map.entry("image_generate", Map.of("image", Role.ATTACHMENT, "images", Role.ATTACHMENT)),
            Map.entry(
                    "video_generate",
                    Map.of(
                            "image", Role.ATTACHMENT,
                            "images", Role.ATTACHMENT,
                            "video", Role.ATTACHMENT,
                            "videos", Role.ATTACHMENT,
                            "audioref", Role.ATTACHMENT,
                            "audiorefs", Role.ATTACHMENT)),
            Map.entry("music_generate", Map.of("image", Role.ATTACHMENT, "images", Role.ATTACHMENT)),
            Map.entry(
                    "message",
                    Map.of(
                            "media", Role.ATTACHMENT,
                            "path", Role.ATTACHMENT,
                            "filepath", Role.ATTACHMENT,
                            "buffer", Role.TEXT)),
            Map.entry("sessions_spawn", Map.of("task", Role.TEXT, "cwd", Role.DIRECTORY)),
            Map.entry("browser", Map.of("paths", Role.ATTACHMENT, "targeturl", Role.ADDRESS)),
            Map.entry("nodes", Map.of("outpath", Role.PATH, "invokeparamsjson", Role.WRAPPER)),
            Map.entry("canvas", Map.of("outputpath", Role.PATH, "target", Role.ADDRESS)),
            Map.entry("cron", Map.of("job", Role.WRAPPER, "patch", Role.WRAPPER, "payload", Role.WRAPPER)));

    private OpenClawTools() {}

    /** Returns what an argument of a tool is; {@code null} if the usual reading of its name is right. */
    static @Nullable Role role(ToolProfile tool, String argument) {
        Map<String, Role> roles = ROLES.get(String.join("_", tool.words().subList(0, tool.own())));
        return roles == null ? null : roles.get(argument);
    }

    /**
     * Returns the commands that a call stands for beside its arguments' own.
     *
     * @param action what {@code action} says
     */
    static List<Invocation> commands(String tool, @Nullable String action, JsonNode arguments) {
        String verb = action == null ? "" : action.toLowerCase(Locale.ROOT);
        List<Invocation> found = new ArrayList<>();
        switch (tool) {
            case "gateway" -> {
                // OpenClaw's own tool for its own settings.
                if (action != null) {
                    found.add(openclaw("gateway", action));
                }
            }
            case "nodes" -> {
                // A command of the node's own, such as system.run or system.execApprovals.set.
                String command = arguments.path("invokeCommand").asString("");
                if (!command.isEmpty()) {
                    found.add(openclaw("nodes", "invoke", command.strip().toLowerCase(Locale.ROOT)));
                } else if (verb.equals("approve") || verb.equals("reject")) {
                    found.add(openclaw("nodes", verb));
                }
            }
            case "cron" -> {
                // A message to an agent is a text; a command runs when nobody watches.
                List<Argument> scheduled = new ArrayList<>();
                if (ADDS_JOBS.contains(verb)) {
                    commands(arguments, scheduled, 0);
                }
                if (!scheduled.isEmpty()) {
                    found.add(Invocation.of(":schedule", scheduled));
                }
            }
            default -> {}
        }
        return found;
    }

    /** Collects the commands of a job, which may be JSON in a text. */
    private static void commands(JsonNode node, List<Argument> commands, int depth) {
        if (depth > MAX_DEPTH || commands.size() >= MAX_COMMANDS) {
            return;
        }
        JsonNode inner = node.isString() ? EmbeddedJson.in(node.asString()) : null;
        if (inner != null) {
            commands(inner, commands, depth + 1);
        } else if (node.isObject()) {
            node.properties().forEach(entry -> {
                if (COMMANDS.contains(Names.plain(entry.getKey()))) {
                    commands.add(new Argument(
                            entry.getValue().isString()
                                    ? entry.getValue().asString()
                                    : entry.getValue().toString(),
                            0));
                } else {
                    commands(entry.getValue(), commands, depth + 1);
                }
            });
        } else {
            node.forEach(element -> commands(element, commands, depth + 1));
        }
    }

    private static Invocation openclaw(String... words) {
        return Invocation.of("openclaw", ToolArguments.arguments(List.of(words)));
    }
}
