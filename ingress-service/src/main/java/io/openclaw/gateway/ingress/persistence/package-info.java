/** Which calls there are, for callers that come back later. */
@NullMarked
package io.openclaw.gateway.ingress.persistence;

import org.jspecify.annotations.NullMarked;
