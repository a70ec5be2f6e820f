/** How calls are handed to the pipeline and what comes back. */
@NullMarked
package io.openclaw.gateway.ingress.kafka;

import org.jspecify.annotations.NullMarked;
