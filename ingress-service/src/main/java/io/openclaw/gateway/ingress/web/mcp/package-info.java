/** The MCP endpoint: {@code /mcp}, for clients of both eras. */
@NullMarked
package io.openclaw.gateway.ingress.web.mcp;

import org.jspecify.annotations.NullMarked;
