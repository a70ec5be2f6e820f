/** The events that services exchange, one record each, and their CloudEvents 1.0 form on Kafka. */
@NullMarked
package io.openclaw.gateway.common.event;

import org.jspecify.annotations.NullMarked;
