/** Reads every topic. */
@NullMarked
package io.openclaw.gateway.audit.kafka;

import org.jspecify.annotations.NullMarked;
