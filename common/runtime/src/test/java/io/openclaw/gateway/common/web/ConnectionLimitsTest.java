package io.openclaw.gateway.common.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
    private final ConnectionLimits limits = new ConnectionLimits(4, 2);

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private boolean accepts(Object connection, String from) {
        return limits.accept(connection, address(from)).accepted();
    }

    @Test
    void refusesMoreOfOneAddressThanItMayHaveAndNobodyElse() {
        assertThat(accepts("a", "192.0.2.1")).isTrue();
        assertThat(accepts("b", "192.0.2.1")).isTrue();
        assertThat(accepts("c", "192.0.2.1")).isFalse();
        assertThat(accepts("d", "192.0.2.2")).isTrue();
        assertThat(limits.unauthenticated()).isEqualTo(3);
        assertThat(limits.refused()).isEqualTo(1);
    }

    @Test
    void countsAPrefixOfIpv6AsOneAddress() {
        assertThat(accepts("a", "2001:db8::1")).isTrue();
        assertThat(accepts("b", "2001:db8::2:1")).isTrue();
        assertThat(accepts("c", "2001:db8:0:0:ffff::3")).isFalse();
        assertThat(accepts("d", "2001:db8:0:1::1")).isTrue();
    }

    @Test
    void anAuthenticatedConnectionCountsNoMore() {
        accepts("a", "192.0.2.1");
        accepts("b", "192.0.2.1");
        limits.authenticated("a");
        assertThat(accepts("c", "192.0.2.1")).isTrue();
        assertThat(accepts("d", "192.0.2.1")).isFalse();
        limits.closed("a");
        assertThat(accepts("d", "192.0.2.1")).isFalse();
    }

    @Test
    void aClosedConnectionMakesRoom() {
        accepts("a", "192.0.2.1");
        accepts("b", "192.0.2.1");
        limits.closed("b");
        limits.closed("b");
        assertThat(accepts("c", "192.0.2.1")).isTrue();
        assertThat(accepts("d", "192.0.2.1")).isFalse();
    }

    /** Many addresses hold what they can; a newcomer with a key still gets in. */
    @Test
    void theOneThatHasBeenUnauthenticatedForTheLongestTimeMakesRoom() {
        accepts("a", "192.0.2.1");
        accepts("b", "192.0.2.2");
        accepts("c", "192.0.2.3");
        accepts("d", "192.0.2.4");
        limits.authenticated("a");
        accepts("e", "192.0.2.5");
        var admission = limits.accept("f", address("192.0.2.6"));
        assertThat(admission.accepted()).isTrue();
        assertThat(admission.evicted()).isEqualTo("b");
        assertThat(limits.unauthenticated()).isEqualTo(4);
    }

    @Test
    void defaultsFollowFromTheNumberOfConnections() {
        ConnectionLimits made = new Connections.Properties(null, null).limits(8);
        for (int i = 0; i < 3; i++) {
            made.accept(i, address("192.0.2.1"));
        }
        assertThat(made.unauthenticated()).isEqualTo(2);
        ConnectionLimits set = new Connections.Properties(10, 1).limits(8);
        set.accept("a", address("192.0.2.1"));
        assertThat(set.accept("b", address("192.0.2.1")).accepted()).isFalse();
    }
}
