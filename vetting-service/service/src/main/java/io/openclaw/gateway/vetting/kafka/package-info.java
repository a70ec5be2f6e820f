/** Vetting's two lanes: rules, at once; and a model, for what rules cannot tell. */
@NullMarked
package io.openclaw.gateway.vetting.kafka;

import org.jspecify.annotations.NullMarked;
