/** What a request must look like, who asks, and what is known of a call. */
@NullMarked
package io.openclaw.gateway.ingress.core;

import org.jspecify.annotations.NullMarked;
