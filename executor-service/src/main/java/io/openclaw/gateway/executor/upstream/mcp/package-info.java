/** MCP servers as upstreams: over Streamable HTTP or stdio, of both eras of the protocol. */
@NullMarked
package io.openclaw.gateway.executor.upstream.mcp;

import org.jspecify.annotations.NullMarked;
