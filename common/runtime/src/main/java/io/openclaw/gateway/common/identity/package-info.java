/** Who asks: agents, proven by an API key or by a token of an issuer that the policy trusts. */
@NullMarked
package io.openclaw.gateway.common.identity;

import org.jspecify.annotations.NullMarked;
