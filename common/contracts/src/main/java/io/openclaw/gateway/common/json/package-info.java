/** JSON as the gateway needs it: raw pieces that pass through untouched, and the canonical form of RFC 8785. */
@NullMarked
package io.openclaw.gateway.common.json;

import org.jspecify.annotations.NullMarked;
