package io.openclaw.gateway.vetting.core.rule;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The host in an address, however it is written (RFC 3986; IPv4 as inet_aton takes it: dotted, hexadecimal, octal, one number). */
public final class Hosts {
    private Hosts() {}

    /** Returns the host of a URL, of {@code user@host:path}, or of {@code host:port}; {@code null} if there is none. */
    public static @Nullable String of(String address) {
        if (address.isEmpty() || address.length() > 4096 || address.indexOf(' ') >= 0) {
            return null;
        }
        int scheme = address.indexOf("://");
        int from = scheme < 0 ? 0 : scheme + 3;
        int end = address.length();
        for (int i = from; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c == '/' || c == '?' || c == '#' || c == '\\') {
                end = i;
                break;
            }
        }
        String authority = address.substring(from, end);
        int at = authority.lastIndexOf('@');
        String host = authority.substring(at + 1);
        if (host.startsWith("[")) {
            int close = host.indexOf(']');
            String inner = close < 0 ? host.substring(1) : host.substring(1, close);
            return mapped(inner.toLowerCase(Locale.ROOT));
        }
        int colon = host.indexOf(':');
        if (colon >= 0) {
            host = host.substring(0, colon);
        }
        if (host.isEmpty()) {
            return null;
        }
        String lower = host.toLowerCase(Locale.ROOT);
        String dotted = dotted(lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower);
        return dotted == null ? lower : dotted;
    }

    private static String mapped(String address) {
        if (address.startsWith("::ffff:")) {
            String rest = address.substring(7);
            String dotted = rest.indexOf('.') > 0 ? dotted(rest) : hexPair(rest);
            return dotted == null ? address : dotted;
        }
        return address;
    }

    private static @Nullable String hexPair(String rest) {
        String[] parts = rest.split(":", -1);
        try {
            return parts.length == 2 ? dots(Long.parseLong(parts[0], 16) << 16 | Long.parseLong(parts[1], 16)) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable String dotted(String host) {
        if (host.isEmpty()) {
            return null;
        }
        char first = host.charAt(0);
        if (first < '0' || first > '9') {
            return null;
        }
        String[] parts = host.split("\\.", -1);
        if (parts.length > 4) {
            return null;
        }
        long address = 0;
        for (int i = 0; i < parts.length; i++) {
            long part = number(parts[i]);
            boolean last = i == parts.length - 1;
            long most = last ? (1L << (8 * (5 - parts.length))) - 1 : 255;
            if (part < 0 || part > most) {
                return null;
            }
            address = last ? (address << (8 * (5 - parts.length))) | part : address << 8 | part;
        }
        return dots(address);
    }

    private static String dots(long address) {
        return (address >> 24 & 255) + "." + (address >> 16 & 255) + "." + (address >> 8 & 255) + "." + (address & 255);
    }

    private static long number(String text) {
        try {
            if (text.startsWith("0x")) {
                return Long.parseLong(text.substring(2), 16);
            }
            return text.length() > 1 && text.charAt(0) == '0' ? Long.parseLong(text, 8) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
