package io.openclaw.gateway.ingress.core.mcp;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pages of lists (MCP, "Pagination"). A cursor says after which element its page begins, so that pages hold together when
 * elements come and go in between.
 */
public final class Pages {
    private static final String MARK = "after:";

    private Pages() {}

    /**
     * @param next the cursor of the next page; absent on the last
     */
    public record Page<T>(List<T> elements, @Nullable String next) {}

    /**
     * Cuts a page out of a list.
     *
     * @param all in the order of their keys
     * @param cursor where the page begins; at the beginning, if absent
     * @throws JsonRpcException if the cursor is none that was given out
     */
    public static <T> Page<T> of(List<T> all, Function<T, String> key, @Nullable String cursor, int size) {
        int start = 0;
        if (cursor != null) {
            String after = decoded(cursor);
            while (start < all.size() && key.apply(all.get(start)).compareTo(after) <= 0) {
                start++;
            }
        }
        int end = Math.min(all.size(), start + size);
        return new Page<>(all.subList(start, end), end < all.size() ? encoded(key.apply(all.get(end - 1))) : null);
    }

    private static String encoded(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((MARK + key).getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String cursor) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            if (text.startsWith(MARK)) {
                return text.substring(MARK.length());
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw JsonRpcException.invalidParams("The cursor is none that was given out; begin with the first page");
    }
}
