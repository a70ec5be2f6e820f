/** Audit service: the record of everything */
@NullMarked
package io.openclaw.gateway.audit;

import org.jspecify.annotations.NullMarked;
