/** What a run of {@code /execute} is, what it does next, and within which limits. */
@NullMarked
package io.openclaw.gateway.ingress.execute.core;

import org.jspecify.annotations.NullMarked;
