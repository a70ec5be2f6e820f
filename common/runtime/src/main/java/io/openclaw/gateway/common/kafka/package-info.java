/** Kafka wiring: topics, publishing, reading in batches, and dead letters. */
@NullMarked
package io.openclaw.gateway.common.kafka;

import org.jspecify.annotations.NullMarked;
