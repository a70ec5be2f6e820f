/** The record. */
@NullMarked
package io.openclaw.gateway.audit.persistence;

import org.jspecify.annotations.NullMarked;
