package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.web.WebAddresses;
import jakarta.servlet.http.HttpServletRequest;

/** Where callers ask for their calls again. */
record CallUrls(WebAddresses addresses) {

    /** Returns a call's URL; a reference without a host (RFC 3986 section 4.2), if nobody said what this gateway is called. */
    String of(ToolCall call, HttpServletRequest request) {
        return addresses.baseUrl(request).orElse("") + ToolCallController.PATH + "/" + call.callId();
    }
}
