/** What a decision about a call says to whoever would run it. */
@NullMarked
package io.openclaw.gateway.ingress.decide.core;

import org.jspecify.annotations.NullMarked;
