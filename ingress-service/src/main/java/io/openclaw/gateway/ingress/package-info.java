/** Ingress service: where agents ask */
@NullMarked
package io.openclaw.gateway.ingress;

import org.jspecify.annotations.NullMarked;
