/** One PostgreSQL schema for each service. */
@NullMarked
package io.openclaw.gateway.common.persistence;

import org.jspecify.annotations.NullMarked;
