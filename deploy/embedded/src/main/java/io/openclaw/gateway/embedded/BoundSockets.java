package io.openclaw.gateway.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * The sockets of a broker's listeners, bound before the broker starts: its configuration has to name its ports, and nobody else
 * can take a port that is bound already.
 */
final class BoundSockets implements ServerSocketFactory, AutoCloseable {
    private final Map<String, ServerSocketChannel> byListener = new HashMap<>();

    /** Binds a free port on loopback for each listener. */
    static BoundSockets on(List<String> listeners) throws IOException {
        var sockets = new BoundSockets();
        try {
            for (String listener : listeners) {
                ServerSocketChannel channel = ServerSocketChannel.open();
                sockets.byListener.put(listener, channel);
                channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            }
            return sockets;
        } catch (IOException e) {
            sockets.close();
            throw e;
        }
    }

    int port(String listener) {
        return socket(listener).socket().getLocalPort();
    }

    /** Gives the broker its socket; the broker makes it listen, and closes it. */
    @Override
    public ServerSocketChannel openServerSocket(
            String listenerName, InetSocketAddress address, int backlog, int receiveBuffer) throws IOException {
        ServerSocketChannel channel = socket(listenerName);
        channel.configureBlocking(false);
        return channel;
    }

    private ServerSocketChannel socket(String listener) {
        ServerSocketChannel channel = byListener.get(listener);
        if (channel == null) {
            throw new IllegalArgumentException("no socket was bound for the listener " + listener);
        }
        return channel;
    }

    /** Closes those that the broker did not close; a closed one is closed again without harm. */
    @Override
    public void close() throws IOException {
        for (ServerSocketChannel channel : byListener.values()) {
            channel.close();
        }
    }
}
