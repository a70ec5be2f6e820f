package io.openclaw.gateway.vetting.core.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Names of tools and arguments: {@code deleteFolder}, {@code delete_folder} and {@code fs.delete-folder} say the same. */
final class Names {
    private static final int MAX_LENGTH = 200;

    private Names() {}

    /** Returns the words of a name in lower case: parted where case changes, and at everything but letters and digits. */
    static List<String> words(String name) {
        List<String> words = new ArrayList<>();
        int length = Math.min(name.length(), MAX_LENGTH);
        int start = 0;
        for (int i = 0; i <= length; i++) {
            boolean part = i < length && Character.isLetterOrDigit(name.charAt(i));
            boolean turn = part && i > start && isTurn(name, i, length);
            if ((!part || turn) && i > start) {
                words.add(name.substring(start, i).toLowerCase(Locale.ROOT));
            }
            start = part ? turn ? i : start : i + 1;
        }
        return words;
    }

    /** {@code fooBar} and {@code HTTPRequest} turn before the last capital; digits belong to what stands before them. */
    private static boolean isTurn(String name, int i, int length) {
        char c = name.charAt(i);
        char before = name.charAt(i - 1);
        return Character.isUpperCase(c)
                && (Character.isLowerCase(before)
                        || Character.isDigit(before)
                        || (Character.isUpperCase(before)
                                && i + 1 < length
                                && Character.isLowerCase(name.charAt(i + 1))));
    }

    /** Returns the words of a text as a set. */
    static Set<String> set(String words) {
        return Set.of(words.strip().split("\\s+"));
    }

    /** Returns a name in lower case, with letters and digits only. */
    static String plain(String name) {
        return String.join("", words(name));
    }
}
