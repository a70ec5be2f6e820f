package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries messages to one MCP server and back. */
interface McpTransport extends AutoCloseable {
    /**
     * A request.
     *
     * @param id its id, as JSON
     * @param json the whole message
     * @param headers what HTTP has to say beside it
     * @param progressToken which the server names when it tells of progress; absent if it is not asked to
     */
    record Outgoing(
            String id,
            String json,
            Map<String, String> headers,
            @Nullable String progressToken) {}

    /** Receives what belongs to a request. */
    interface Receiver {
        /** A message that belongs to the request; the last is its response. */
        void received(McpMessage message);

        /** No response will come. */
        void failed(UpstreamUnavailableException why);
    }

    /** Receives what belongs to no request. */
    interface Unowned {
        void received(McpMessage message);

        /** The server, or what it remembers of us, is gone; nothing can be sent until it is greeted again. */
        void lost(String why);
    }

    /** A request under way. */
    interface Exchange {
        /** Stops waiting for it, and hangs up where that tells the server so. */
        void hangUp();
    }

    /** Sends a request, and returns at once. */
    Exchange request(Outgoing request, Receiver receiver);

    /** Sends a notification or a response; what becomes of it is not told. */
    void send(String json, Map<String, String> headers);

    /** Tells what was agreed on in {@code initialize}; every later request says so. */
    void agreed(String protocolVersion);

    /** Opens the stream on which a server of the older era says what belongs to no request, if the transport has one. */
    void listen();

    /** Tells whether a request can be mirrored in headers. */
    boolean hasHeaders();

    @Override
    void close();
}
