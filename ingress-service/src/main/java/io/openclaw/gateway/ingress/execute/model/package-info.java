/** Language models that plan runs. */
@NullMarked
package io.openclaw.gateway.ingress.execute.model;

import org.jspecify.annotations.NullMarked;
