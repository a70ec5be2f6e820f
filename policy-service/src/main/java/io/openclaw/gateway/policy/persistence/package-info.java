/** What policy keeps in PostgreSQL: earlier policies, what limits have counted, and where a candidate differs. */
@NullMarked
package io.openclaw.gateway.policy.persistence;

import org.jspecify.annotations.NullMarked;
