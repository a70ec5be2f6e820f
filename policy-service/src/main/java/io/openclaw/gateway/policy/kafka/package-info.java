/** The policy stage on its topics. */
@NullMarked
package io.openclaw.gateway.policy.kafka;

import org.jspecify.annotations.NullMarked;
