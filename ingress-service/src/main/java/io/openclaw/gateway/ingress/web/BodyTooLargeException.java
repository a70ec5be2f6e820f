package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.boot.GatewayApplication;

/** Thrown for a request body of more than 4 MiB. */
final class BodyTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BodyTooLargeException() {
        super("the body has more than " + GatewayApplication.MAX_PAYLOAD_BYTES
                + " bytes; hand large data over in a file or behind a URL");
    }
}
