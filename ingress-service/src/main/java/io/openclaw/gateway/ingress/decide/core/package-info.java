/** What a decision about a call says to anyone who would run it. */
@NullMarked
package io.openclaw.gateway.ingress.decide.core;

import org.jspecify.annotations.NullMarked;
