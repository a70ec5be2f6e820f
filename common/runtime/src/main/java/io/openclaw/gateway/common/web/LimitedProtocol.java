package io.openclaw.gateway.common.web;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** Tomcat's HTTP/1.1, which asks {@link ConnectionLimits} about each connection that it accepts. Tomcat makes it by its name. */
public final class LimitedProtocol extends Http11NioProtocol {
    public LimitedProtocol() {
        super(new Endpoint());
    }

    /** Sets the limits; without them every connection is served. */
    void limitBy(ConnectionLimits limits) {
        ((Endpoint) getEndpoint()).limits = limits;
    }

    /** Returns what tells that the connection of a request is authenticated, by the request's connection id. */
    void authenticated(String connectionId) {
        ((Endpoint) getEndpoint()).authenticated(connectionId);
    }

    private static final class Endpoint extends NioEndpoint {
        /** By the id that requests know of their connection; those that are not authenticated. */
        private final Map<String, SocketChannel> byId = new ConcurrentHashMap<>();

        private volatile @Nullable ConnectionLimits limits;

        @Override
        protected boolean setSocketOptions(SocketChannel socket) {
            ConnectionLimits now = limits;
            if (now == null || !(peer(socket) instanceof InetSocketAddress peer)) {
                return super.setSocketOptions(socket);
            }
            var admission = now.accept(socket, peer.getAddress());
            if (!admission.accepted()) {
                // The acceptor closes those alone that were set up.
                destroySocket(socket);
                return false;
            }
            if (admission.evicted() instanceof SocketChannel evicted) {
                close(evicted);
            }
            boolean served = super.setSocketOptions(socket);
            if (!served) {
                now.closed(socket);
            }
            return served;
        }

        private static @Nullable Object peer(SocketChannel socket) {
            try {
                return socket.getRemoteAddress();
            } catch (java.io.IOException e) {
                // It is closed already.
                return null;
            }
        }

        private void close(SocketChannel socket) {
            SocketWrapperBase<NioChannel> connection = connections.get(socket);
            if (connection != null) {
                connection.close();
            }
        }

        @Override
        public void setHandler(Handler<NioChannel> handler) {
            super.setHandler(new Watching(handler));
        }

        void authenticated(String connectionId) {
            SocketChannel socket = byId.remove(connectionId);
            ConnectionLimits now = limits;
            if (socket != null && now != null) {
                now.authenticated(socket);
            }
        }

        private static String id(SocketWrapperBase<NioChannel> connection) {
            return connection.getServletConnection("http/1.1", "").getConnectionId();
        }

        /** Learns of a connection's requests before they are handled, and of its end. */
        private final class Watching implements Handler<NioChannel> {
            private final Handler<NioChannel> handler;

            Watching(Handler<NioChannel> handler) {
                this.handler = handler;
            }

            @Override
            public SocketState process(SocketWrapperBase<NioChannel> connection, SocketEvent event) {
                if (limits != null && connection.getCurrentProcessor() == null) {
                    byId.put(id(connection), connection.getSocket().getIOChannel());
                }
                try {
                    return handler.process(connection, event);
                } finally {
                    if (connection.isClosed()) {
                        byId.remove(id(connection));
                    }
                }
            }

            @Override
            public Object getGlobal() {
                return handler.getGlobal();
            }

            @Override
            public void release(SocketWrapperBase<NioChannel> connection) {
                ConnectionLimits now = limits;
                if (now != null) {
                    byId.remove(id(connection));
                    now.closed(connection.getSocket().getIOChannel());
                }
                handler.release(connection);
            }

            @Override
            public void pause() {
                handler.pause();
            }

            @Override
            public void recycle() {
                handler.recycle();
            }
        }
    }
}
