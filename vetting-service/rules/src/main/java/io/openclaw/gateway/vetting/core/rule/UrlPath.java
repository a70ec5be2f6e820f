package io.openclaw.gateway.vetting.core.rule;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The path of an address in one form, however it is spelled: {@code //}, {@code /./}, {@code /x/../}, {@code ;parameters},
 * percent-encoding (RFC 3986 section 6.2.2) and case change nothing about which route a server, or a proxy before it, takes.
 */
final class UrlPath {
    private static final int MAX_LENGTH = 4096;
    /** A proxy and a server may each decode once. */
    private static final int MAX_ROUNDS = 3;

    private UrlPath() {}

    /** Returns the segments of an address, its host among them, each after a slash; without query and fragment. */
    static String normal(String address) {
        String path = address.strip();
        path = path.length() > MAX_LENGTH ? path.substring(0, MAX_LENGTH) : path;
        int end = path.length();
        for (int i = 0; i < end; i++) {
            if (path.charAt(i) == '?' || path.charAt(i) == '#') {
                end = i;
            }
        }
        path = path.substring(0, end);
        for (int round = 0; round < MAX_ROUNDS && path.indexOf('%') >= 0; round++) {
            path = decoded(path);
        }
        List<String> segments = new ArrayList<>();
        for (String segment : path.replace('\\', '/').toLowerCase(Locale.ROOT).split("/", -1)) {
            int parameters = segment.indexOf(';');
            String name = (parameters < 0 ? segment : segment.substring(0, parameters)).strip();
            if (name.equals("..")) {
                if (!segments.isEmpty()) {
                    segments.removeLast();
                }
            } else if (!name.isEmpty() && !name.equals(".")) {
                segments.add(name);
            }
        }
        return "/" + String.join("/", segments);
    }

    private static String decoded(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] decoded = new byte[utf8.length];
        int length = 0;
        for (int i = 0; i < utf8.length; i++) {
            int high = utf8[i] == '%' && i + 2 < utf8.length ? Character.digit(utf8[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(utf8[i + 2], 16);
            if (low >= 0) {
                decoded[length++] = (byte) (high * 16 + low);
                i += 2;
            } else {
                decoded[length++] = utf8[i];
            }
        }
        return new String(decoded, 0, length, StandardCharsets.UTF_8);
    }
}
