/** Decisions about calls that somebody else runs: asking for them, and hearing what came of them. */
@NullMarked
package io.openclaw.gateway.ingress.decide;

import org.jspecify.annotations.NullMarked;
