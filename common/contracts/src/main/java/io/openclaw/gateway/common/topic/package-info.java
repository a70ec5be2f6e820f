/** The Kafka topics, by name. */
@NullMarked
package io.openclaw.gateway.common.topic;

import org.jspecify.annotations.NullMarked;
