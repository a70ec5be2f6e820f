package io.openclaw.gateway.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports on loopback for programs that have to be told their port before they start. Whatever can bind port 0 and say what it
 * was given needs none of these.
 */
public final class Ports {
    /**
     * Below the ports that systems give to outgoing connections (Linux from 32768, IANA and macOS from 49152): no connection
     * of another program takes one of these by chance between its choice and its use.
     */
    private static final int FIRST = 20_000;

    private static final int COUNT = 12_000;
    private static final int MAX_TRIES = 200;

    private static final Random RANDOM = new Random();
    private static final Set<Integer> GIVEN = new HashSet<>();

    private Ports() {}

    /**
     * Returns a port that nobody listens on, and that this process was not given before.
     *
     * @throws IllegalStateException if there is none
     */
    public static synchronized int free() {
        for (int i = 0; i < MAX_TRIES; i++) {
            int port = FIRST + RANDOM.nextInt(COUNT);
            if (!GIVEN.contains(port) && isFree(port)) {
                GIVEN.add(port);
                return port;
            }
        }
        throw new IllegalStateException("no free port on loopback: " + MAX_TRIES + " of those from " + FIRST + " to "
                + (FIRST + COUNT - 1) + " were tried");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
