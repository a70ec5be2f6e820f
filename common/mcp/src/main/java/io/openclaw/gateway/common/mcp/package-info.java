/** What ingress and executor have to agree on about the Model Context Protocol. */
@NullMarked
package io.openclaw.gateway.common.mcp;

import org.jspecify.annotations.NullMarked;
