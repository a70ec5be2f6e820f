package io.openclaw.gateway.vetting.core.effect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the words of command-line interfaces mean: {@code delete-db-instance}, {@code db:drop}, {@code DeleteInstance}. */
final class Verbs {
    private static final Set<String> DESTROY = Set.of(
            "delete",
            "destroy",
            "remove",
            "rm",
            "del",
            "drop",
            "purge",
            "wipe",
            "erase",
            "terminate",
            "uninstall",
            "rb",
            "unregister",
            "deregister",
            "undeploy",
            "decommission",
            "nuke",
            "expunge",
            "truncate",
            "flush",
            "flushall",
            "teardown",
            "obliterate",
            "rmi",
            "rmp",
            "deleteall",
            "nuclear",
            "dispose",
            "undefine",
            "evict",
            "zap");
    private static final Set<String> SURELY = Set.of(
            "delete",
            "destroy",
            "purge",
            "wipe",
            "erase",
            "drop",
            "undeploy",
            "decommission",
            "nuke",
            "expunge",
            "obliterate",
            "deleteall",
            "unregister",
            "deregister",
            "truncate");
    private static final Set<String> STOP = Set.of(
            "stop",
            "halt",
            "shutdown",
            "suspend",
            "deactivate",
            "disable",
            "cancel",
            "kill",
            "drain",
            "cordon",
            "abort",
            "poweroff",
            "deallocate",
            "offline",
            "demote",
            "archive",
            "seal",
            "quiesce");
    private static final Set<String> UNDO = Set.of("revoke", "rollback", "reset", "rotate", "regenerate", "clear");
    private static final Set<String> BULK = Set.of("batch", "bulk", "force", "mass", "multi", "recursive", "all");
    private static final int LONGEST = 60;

    private Verbs() {}

    /** Returns what a subcommand does, or {@code null} if it is no such verb. */
    static @Nullable EffectKind kind(String word) {
        if (word.length() > LONGEST || word.isEmpty() || !isWord(word)) {
            return null;
        }
        List<String> parts = parts(word);
        if (says(parts, DESTROY)) {
            return EffectKind.DESTROY;
        }
        if (says(parts, STOP)) {
            return EffectKind.STOP;
        }
        return says(parts, UNDO) ? EffectKind.CHANGE : null;
    }

    /** Tells whether a word says that something is deleted, whatever program it is given to. */
    static boolean surelyDestroys(String word) {
        return word.length() <= LONGEST && !word.isEmpty() && isWord(word) && says(parts(word), SURELY);
    }

    private static boolean says(List<String> parts, Set<String> verbs) {
        return verbs.contains(parts.getFirst())
                || (parts.size() > 1
                        && (verbs.contains(parts.getLast())
                                || (BULK.contains(parts.getFirst()) && verbs.contains(parts.get(1)))));
    }

    private static boolean isWord(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (!(Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == ':')) {
                return false;
            }
        }
        return Character.isLetter(word.charAt(0));
    }

    private static List<String> parts(String word) {
        List<String> parts = new ArrayList<>(3);
        int start = 0;
        for (int i = 1; i <= word.length(); i++) {
            boolean end = i == word.length();
            char c = end ? '-' : word.charAt(i);
            boolean separator = c == '-' || c == '_' || c == ':';
            boolean hump = !end && Character.isUpperCase(c) && Character.isLowerCase(word.charAt(i - 1));
            if (end || separator || hump) {
                if (i > start) {
                    parts.add(word.substring(start, i).toLowerCase(Locale.ROOT));
                }
                start = hump ? i : i + 1;
            }
        }
        return parts.isEmpty() ? List.of(word) : parts;
    }
}
