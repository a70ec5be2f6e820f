/** Approvals, kept over restarts. */
@NullMarked
package io.openclaw.gateway.approval.persistence;

import org.jspecify.annotations.NullMarked;
