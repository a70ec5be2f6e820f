package io.openclaw.gateway.vetting.core.rule;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The host in an address, however it is written: RFC 3986 and the URL standard of browsers (any number of slashes and
 * backslashes, blanks, percent-encoding, compatibility characters such as full-width digits), IPv4 as inet_aton takes it
 * (dotted, hexadecimal, octal, one number), IPv6 in its shortest form (RFC 5952), and the IPv4 address that an IPv6 address
 * embeds (mapped, compatible, NAT64, 6to4).
 */
public final class Hosts {
    private static final int MAX_LENGTH = 4096;
    private static final Set<String> SPECIAL_SCHEMES = Set.of("http", "https", "ws", "wss", "ftp");

    private Hosts() {}

    /**
     * Returns every host that some reader finds in an address: browsers end the authority at a backslash, curl and Python do
     * not.
     */
    static List<String> all(String written) {
        String first = of(written);
        if (first == null) {
            return List.of();
        }
        String second = written.indexOf('\\') < 0 || written.indexOf('@') < 0 ? null : of(written.replace("\\", "%5c"));
        return second == null || second.equals(first) ? List.of(first) : List.of(first, second);
    }

    /** Returns the host of a URL, of {@code user@host:path}, or of {@code host:port}; {@code null} if there is none. */
    public static @Nullable String of(String written) {
        if (written.isEmpty() || written.length() > MAX_LENGTH) {
            return null;
        }
        String address = isTidy(written) ? written : tidied(written);
        if (address.isEmpty() || address.indexOf(' ') >= 0) {
            return null;
        }
        int from = authority(address);
        int end = address.length();
        for (int i = from; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c == '/' || c == '?' || c == '#' || c == '\\') {
                end = i;
                break;
            }
        }
        String host = address.substring(
                address.lastIndexOf('@', end - 1) >= from ? address.lastIndexOf('@', end - 1) + 1 : from, end);
        if (host.startsWith("[")) {
            int close = host.indexOf(']');
            String inner = close < 0 ? host.substring(1) : host.substring(1, close);
            String literal = ipv6(inner);
            return literal == null ? name(inner) : literal;
        }
        String literal = isManyColons(host) ? ipv6(host) : null;
        if (literal != null) {
            return literal;
        }
        int colon = host.indexOf(':');
        return name(colon < 0 ? host : host.substring(0, colon));
    }

    private static boolean isTidy(String address) {
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** Leaves out what browsers leave out: blanks and control characters around an address, tabs and line ends inside. */
    private static String tidied(String address) {
        int start = 0;
        int end = address.length();
        while (start < end && isBlank(address.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(address.charAt(end - 1))) {
            end--;
        }
        var text = new StringBuilder(end - start);
        for (int i = start; i < end; i++) {
            char c = address.charAt(i);
            if (c != '\t' && c != '\n' && c != '\r') {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static boolean isBlank(char c) {
        return c <= ' ' || Character.isSpaceChar(c) || c == '\uFEFF' || c == '\u200B';
    }

    /** Returns where the authority begins. */
    private static int authority(String address) {
        int colon = address.indexOf(':');
        if (colon > 0 && SPECIAL_SCHEMES.contains(address.substring(0, colon).toLowerCase(Locale.ROOT))) {
            return slashes(address, colon + 1);
        }
        int scheme = address.indexOf("://");
        return scheme >= 0
                ? scheme + 3
                : address.startsWith("//") || address.startsWith("\\\\") ? slashes(address, 0) : 0;
    }

    private static int slashes(String address, int from) {
        int i = from;
        while (i < address.length() && (address.charAt(i) == '/' || address.charAt(i) == '\\')) {
            i++;
        }
        return i;
    }

    private static boolean isManyColons(String host) {
        int first = host.indexOf(':');
        return first >= 0 && host.indexOf(':', first + 1) >= 0;
    }

    private static @Nullable String name(String written) {
        String host = written.toLowerCase(Locale.ROOT);
        if (host.indexOf('%') >= 0) {
            host = percentDecoded(host);
        }
        if (!isTidy(host)) {
            host = compatible(host);
        }
        while (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        if (host.isEmpty()) {
            return null;
        }
        if (isManyColons(host)) {
            String literal = ipv6(host.replace("[", "").replace("]", ""));
            return literal == null ? host : literal;
        }
        String dotted = dotted(host);
        return dotted == null ? host : dotted;
    }

    /** What UTS 46 maps: compatibility characters to plain ones, every full stop to a dot, and nothing for what is invisible. */
    private static String compatible(String host) {
        String folded = Normalizer.normalize(host, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        var text = new StringBuilder(folded.length());
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (c == '\u3002' || c == '\uFF0E' || c == '\uFF61') {
                text.append('.');
            } else if (Character.getType(c) != Character.FORMAT && c != '\u00AD' && !Character.isISOControl(c)) {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static String percentDecoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low >= 0) {
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                bytes[length++] = bytes[i];
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** Returns an IPv6 address in its shortest form, or the IPv4 address that it embeds; {@code null} of a text that is none. */
    private static @Nullable String ipv6(String written) {
        String address = written.toLowerCase(Locale.ROOT);
        int zone = address.indexOf('%');
        if (zone >= 0) {
            address = address.substring(0, zone);
        }
        if (address.length() > 50 || address.indexOf(':') < 0 || !address.matches("[0-9a-f:.]+")) {
            return null;
        }
        byte[] bytes;
        try {
            // A literal, so no name is looked up.
            bytes = InetAddress.getByName("[" + address + "]").getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
        if (bytes.length == 4) {
            return dots(bytes, 0);
        }
        boolean zeros = isZero(bytes, 0, 10);
        boolean mapped = zeros && bytes[10] == -1 && bytes[11] == -1;
        boolean compatible = zeros && isZero(bytes, 10, 12) && !isZero(bytes, 12, 15);
        boolean nat64 = word(bytes, 0) == 0x64 && word(bytes, 2) == 0xff9b;
        boolean translated = isZero(bytes, 0, 8) && word(bytes, 8) == 0xffff && word(bytes, 10) == 0;
        if (mapped || compatible || nat64 || translated) {
            return dots(bytes, 12);
        }
        return word(bytes, 0) == 0x2002 ? dots(bytes, 2) : shortest(bytes);
    }

    private static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 255) << 8 | (bytes[at + 1] & 255);
    }

    private static String shortest(byte[] bytes) {
        int start = -1;
        int longest = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && word(bytes, 2 * (i + run)) == 0) {
                run++;
            }
            if (run > longest) {
                longest = run;
                start = i;
            }
        }
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                    .append(Integer.toHexString(word(bytes, 2 * i)));
        }
        return text.toString();
    }

    private static String dots(byte[] bytes, int at) {
        return (bytes[at] & 255) + "." + (bytes[at + 1] & 255) + "." + (bytes[at + 2] & 255) + "."
                + (bytes[at + 3] & 255);
    }

    private static @Nullable String dotted(String host) {
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
        return (address >> 24 & 255) + "." + (address >> 16 & 255) + "." + (address >> 8 & 255) + "." + (address & 255);
    }

    private static long number(String text) {
        try {
            if (text.startsWith("0x")) {
                return text.length() == 2 ? 0 : Long.parseLong(text.substring(2), 16);
            }
            return text.length() > 1 && text.charAt(0) == '0' ? Long.parseLong(text, 8) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Tells whether an address is one that a browser fetches: the schemes of programs name what is no host at all. */
    static boolean isOfTheWeb(String written) {
        int colon = written.indexOf(':');
        return colon > 0
                && SPECIAL_SCHEMES.contains(written.substring(0, colon).strip().toLowerCase(Locale.ROOT));
    }

    /**
     * Tells whether a host is within an address range.
     *
     * @param host as {@link #of} returns it
     * @param range such as {@code 100.64.0.0/10} or {@code 2001::/32} (RFC 4632 section 3.1)
     */
    static boolean isWithin(String host, String range) {
        int slash = range.indexOf('/');
        byte[] network = literal(range.substring(0, slash));
        byte[] address = literal(host);
        if (address == null || network == null || address.length != network.length) {
            return false;
        }
        int bits = Integer.parseInt(range.substring(slash + 1));
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % 8);
            if ((address[i / 8] & mask) != (network[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the bytes of an address literal; null of a name. */
    private static byte @Nullable [] literal(String host) {
        boolean four = dotted(host) != null;
        if (!four && host.indexOf(':') < 0) {
            return null;
        }
        try {
            // A literal, so no name is looked up.
            return InetAddress.getByName(four ? host : "[" + host + "]").getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
