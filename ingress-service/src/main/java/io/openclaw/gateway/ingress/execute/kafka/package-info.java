/** Runs and the pipeline, and what they put on record. */
@NullMarked
package io.openclaw.gateway.ingress.execute.kafka;

import org.jspecify.annotations.NullMarked;
