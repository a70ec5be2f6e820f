package io.openclaw.gateway.common.web;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the connections on which nobody has authenticated yet, per address and in total: somebody without a key can hold only
 * those. A connection counts from when it is accepted until a request on it is authenticated, or it is closed. Thread-safe.
 */
public final class ConnectionLimits {
    /** Providers give a whole /64 to one customer (RFC 6177). */
    private static final int IPV6_PREFIX_BYTES = 8;

    private final int maximum;
    private final int addressMaximum;
    /** In the order in which they were accepted. */
    private final Map<Object, String> unauthenticated = new LinkedHashMap<>();

    private final Map<String, Integer> byAddress = new HashMap<>();
    private long refused;

    /**
     * @param maximum how many there may be in total
     * @param addressMaximum how many there may be from one IPv4 address, or one /64 of IPv6
     */
    public ConnectionLimits(int maximum, int addressMaximum) {
        this.maximum = maximum;
        this.addressMaximum = addressMaximum;
    }

    /**
     * What becomes of a new connection.
     *
     * @param accepted whether it is served
     * @param evicted the connection that has to be closed to make room; {@code null} if there is room
     */
    public record Admission(boolean accepted, @Nullable Object evicted) {
        private static final Admission REFUSED = new Admission(false, null);
    }

    /**
     * Admits a new connection, unless its address has as many as it may have. If there are too many in total, the one that has
     * been unauthenticated for the longest time makes room: anyone who has a key authenticates at once.
     *
     * @param connection identifies it
     */
    public synchronized Admission accept(Object connection, InetAddress from) {
        String address = key(from);
        if (byAddress.getOrDefault(address, 0) >= addressMaximum) {
            refused++;
            return Admission.REFUSED;
        }
        Object evicted = null;
        if (unauthenticated.size() >= maximum) {
            evicted = unauthenticated.keySet().stream().findFirst().orElse(null);
            if (evicted == null) {
                refused++;
                return Admission.REFUSED;
            }
            remove(evicted);
            refused++;
        }
        unauthenticated.put(connection, address);
        byAddress.merge(address, 1, Integer::sum);
        return new Admission(true, evicted);
    }

    /** A request on the connection was authenticated, so it counts no more. */
    public synchronized void authenticated(Object connection) {
        remove(connection);
    }

    /** The connection was closed. */
    public synchronized void closed(Object connection) {
        remove(connection);
    }

    /** Returns how many connections are unauthenticated. */
    public synchronized int unauthenticated() {
        return unauthenticated.size();
    }

    /** Returns how many connections were closed because there were too many. */
    public synchronized long refused() {
        return refused;
    }

    private void remove(Object connection) {
        String address = unauthenticated.remove(connection);
        if (address != null) {
            byAddress.computeIfPresent(address, (key, number) -> number > 1 ? number - 1 : null);
        }
    }

    private static String key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return Arrays.toString(address instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_PREFIX_BYTES) : bytes);
    }
}
