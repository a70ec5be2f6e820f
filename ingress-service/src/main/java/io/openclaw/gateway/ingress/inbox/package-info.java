/** Calls that agents ask for by Kafka: each record of {@code calls.inbox} becomes a call or a dead letter, and each end a reply. */
@NullMarked
package io.openclaw.gateway.ingress.inbox;

import org.jspecify.annotations.NullMarked;
