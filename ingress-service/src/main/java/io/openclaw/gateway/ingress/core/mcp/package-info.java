/** What the Model Context Protocol asks of a server, as functions. */
@NullMarked
package io.openclaw.gateway.ingress.core.mcp;

import org.jspecify.annotations.NullMarked;
