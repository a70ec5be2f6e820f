/** The executor on its topics. */
@NullMarked
package io.openclaw.gateway.executor.kafka;

import org.jspecify.annotations.NullMarked;
