package io.openclaw.gateway.vetting.core.tool;

import java.util.ArrayList;
import java.util.List;

/** Names the files that a patch touches: {@code *** Add File:} of {@code apply_patch}, and unified diffs. */
final class Patches {
    private static final int MAX_FILES = 2_000;

    /** A file that a patch writes or deletes. */
    record Touched(String path, boolean deleted) {}

    private Patches() {}

    static List<Touched> of(String patch) {
        List<Touched> files = new ArrayList<>();
        String old = "";
        int start = 0;
        while (start < patch.length() && files.size() < MAX_FILES) {
            int newline = patch.indexOf('\n', start);
            int end = newline < 0 ? patch.length() : newline;
            if (end - start > 4 && end - start < 4096 && isHeader(patch.charAt(start))) {
                String line = patch.substring(start, end).strip();
                if (line.startsWith("*** Delete File:")) {
                    files.add(new Touched(after(line), true));
                } else if (line.startsWith("*** Add File:")
                        || line.startsWith("*** Update File:")
                        || line.startsWith("*** Move to:")) {
                    files.add(new Touched(after(line), false));
                } else if (line.startsWith("--- ")) {
                    old = name(line.substring(4));
                } else if (line.startsWith("+++ ")) {
                    String path = name(line.substring(4));
                    files.add(path.equals("/dev/null") ? new Touched(old, true) : new Touched(path, false));
                } else if (line.startsWith("rename to ") || line.startsWith("copy to ")) {
                    files.add(new Touched(line.substring(line.indexOf(" to ") + 4), false));
                } else if (line.startsWith("rename from ")) {
                    files.add(new Touched(line.substring(12), true));
                }
            }
            start = end + 1;
        }
        return files;
    }

    private static boolean isHeader(char first) {
        return first == '*' || first == '-' || first == '+' || first == 'r' || first == 'c' || first == ' ';
    }

    private static String after(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }

    /** Leaves out what {@code git diff} puts in front, and the time that {@code diff} puts behind. */
    private static String name(String written) {
        int tab = written.indexOf('\t');
        String path = (tab < 0 ? written : written.substring(0, tab)).strip();
        return path.startsWith("a/") || path.startsWith("b/") ? path.substring(2) : path;
    }
}
