package io.openclaw.gateway.common.mcp;

import io.openclaw.gateway.common.call.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The names under which MCP clients see the tools, or the prompts, of all upstreams: {@code upstream__name}, and the bare name
 * where there is one upstream. A name has at most 64 letters, digits, {@code _} and {@code -}, as the APIs of models want;
 * one that has to be changed for that ends in some digits of its address's SHA-256, so it depends on nothing else and stays
 * the same when others come and go.
 */
public final class ExposedNames {
    /** The tool that tells what became of a call; the gateway's own, so that no other has its name. */
    public static final String STATUS_TOOL = "gateway__call_status";

    private static final Pattern FIT = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int LONGEST = 64;
    private static final int SHORT_HASH = 8;
    private static final int LONG_HASH = 16;
    private static final String SEPARATOR = "__";

    private final Map<String, Address> byName;
    private final Map<Address, String> byAddress;

    /** A tool or a prompt, and whose it is. */
    public record Address(String upstream, String name) {}

    private ExposedNames(Map<String, Address> byName, Map<Address, String> byAddress) {
        this.byName = byName;
        this.byAddress = byAddress;
    }

    /**
     * Names the tools of upstreams.
     *
     * @param bare whether there is one upstream
     */
    public static ExposedNames ofTools(Collection<Address> tools, boolean bare) {
        return of(tools, bare, Set.of(STATUS_TOOL));
    }

    /**
     * Names everything.
     *
     * @param bare whether there is one upstream
     * @param taken names that are the gateway's own
     */
    public static ExposedNames of(Collection<Address> all, boolean bare, Set<String> taken) {
        Map<String, Address> byName = new TreeMap<>();
        Map<Address, String> byAddress = new HashMap<>();
        // Names that need no change come first: none of them is ever changed because of one that does.
        List<Address> inOrder = all.stream()
                .distinct()
                .sorted(Comparator.comparing((Address address) -> !isPlain(address, bare))
                        .thenComparing(Address::upstream)
                        .thenComparing(Address::name))
                .toList();
        for (Address address : inOrder) {
            String name = isPlain(address, bare) && !taken.contains(whole(address, bare))
                    ? whole(address, bare)
                    : shortened(address, bare, SHORT_HASH);
            if (byName.containsKey(name) || taken.contains(name)) {
                name = shortened(address, bare, LONG_HASH);
            }
            if (byName.putIfAbsent(name, address) == null) {
                byAddress.put(address, name);
            }
        }
        return new ExposedNames(byName, byAddress);
    }

    /** Tells whether an address can be read off its name, and the name needs no change. */
    private static boolean isPlain(Address address, boolean bare) {
        boolean ambiguous = !bare
                && (address.upstream().contains(SEPARATOR) || address.upstream().endsWith("_"));
        return !ambiguous && FIT.matcher(whole(address, bare)).matches();
    }

    private static String whole(Address address, boolean bare) {
        return bare ? address.name() : address.upstream() + SEPARATOR + address.name();
    }

    private static String shortened(Address address, boolean bare, int digits) {
        String fit = whole(address, bare).replaceAll("[^A-Za-z0-9_-]", "_");
        String hash = Digest.sha256Hex((address.upstream() + "/" + address.name()).getBytes(StandardCharsets.UTF_8))
                .substring(0, digits);
        int room = LONGEST - digits - 1;
        return (fit.length() > room ? fit.substring(0, room) : fit) + "_" + hash;
    }

    /** Returns what a name stands for. */
    public Optional<Address> addressOf(String name) {
        Address known = byName.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        // With one upstream, its tools are found by their whole names too, so that a second one breaks no client.
        int separator = name.indexOf(SEPARATOR);
        if (separator <= 0) {
            return Optional.empty();
        }
        var whole = new Address(name.substring(0, separator), name.substring(separator + SEPARATOR.length()));
        return byAddress.containsKey(whole) ? Optional.of(whole) : Optional.empty();
    }

    /** Returns the name of a tool or prompt that was named here. */
    public Optional<String> nameOf(Address address) {
        return Optional.ofNullable(byAddress.get(address));
    }

    /** Returns the name of a tool or prompt that was named here, if it is another than its address says. */
    public Optional<String> changedNameOf(Address address) {
        return nameOf(address).filter(name -> !name.equals(address.name()) && !name.equals(whole(address, false)));
    }

    /** Returns all, by name and in the order of names. */
    public Map<String, Address> all() {
        return byName;
    }
}
