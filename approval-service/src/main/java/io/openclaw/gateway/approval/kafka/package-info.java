/** The approval stage on its topics. */
@NullMarked
package io.openclaw.gateway.approval.kafka;

import org.jspecify.annotations.NullMarked;
