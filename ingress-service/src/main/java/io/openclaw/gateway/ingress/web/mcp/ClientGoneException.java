package io.openclaw.gateway.ingress.web.mcp;

import java.io.IOException;

/** Thrown when a client has closed the connection on which it was to be answered. */
final class ClientGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClientGoneException(IOException cause) {
        super(cause);
    }
}
