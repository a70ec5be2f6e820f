/** Runs in PostgreSQL. */
@NullMarked
package io.openclaw.gateway.ingress.execute.persistence;

import org.jspecify.annotations.NullMarked;
