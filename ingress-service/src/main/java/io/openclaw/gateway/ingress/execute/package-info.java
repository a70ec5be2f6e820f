/** Runs: a prompt becomes a plan, and the plan governed steps. */
@NullMarked
package io.openclaw.gateway.ingress.execute;

import org.jspecify.annotations.NullMarked;
