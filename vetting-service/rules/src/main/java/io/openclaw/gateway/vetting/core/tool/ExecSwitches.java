package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a call says of how its command is run, beside the command: OpenClaw's {@code exec} takes {@code host}, {@code security},
 * {@code ask}, {@code elevated} and {@code node}, which are the guards of the worker itself. An agent that loosens one by an
 * argument does what a command that changes them does, so it is read as that command.
 */
public final class ExecSwitches {
    private static final Set<String> COMMANDS = Set.of("command", "cmd");
    private static final Set<String> LOOSE_ASK = Set.of("off", "never", "none", "false");
    private static final Set<String> LOOSE_SECURITY = Set.of("full", "none", "off", "disabled");
    private static final Set<String> OFF = Set.of("", "off", "false", "no", "0", "none");

    private ExecSwitches() {}

    /** Returns the commands that a call's arguments stand for beside their own; none if they loosen nothing. */
    public static List<Invocation> of(JsonNode arguments) {
        boolean runs = arguments.isObject() && COMMANDS.stream().anyMatch(arguments::has);
        if (!runs) {
            return List.of();
        }
        List<Invocation> found = new ArrayList<>();
        if (LOOSE_ASK.contains(word(arguments, "ask", "on"))) {
            found.add(policy("ask"));
        }
        if (LOOSE_SECURITY.contains(word(arguments, "security", "on"))) {
            found.add(policy("security"));
        }
        if (!OFF.contains(word(arguments, "elevated", "off"))) {
            found.add(Invocation.of("openclaw", List.of(new Argument("--elevated", 0))));
        }
        if (Set.of("gateway", "node").contains(word(arguments, "host", ""))
                || !OFF.contains(word(arguments, "node", ""))) {
            found.add(policy("host"));
        }
        String user = word(arguments, "user", word(arguments, "runas", ""));
        if (user.equals("root") || user.equals("0") || user.equals("administrator")) {
            found.add(Invocation.of(
                    "sudo", List.of(new Argument("-u", 0), new Argument(user, 0), new Argument("sh", 0))));
        }
        return found;
    }

    private static Invocation policy(String what) {
        return Invocation.of(
                "openclaw", List.of(new Argument("exec-policy", 0), new Argument("set", 0), new Argument(what, 0)));
    }

    private static String word(JsonNode arguments, String name, String otherwise) {
        JsonNode value = arguments.get(name);
        return value == null || !value.isValueNode() || value.isNull()
                ? otherwise
                : value.asString("").strip().toLowerCase(java.util.Locale.ROOT);
    }
}
