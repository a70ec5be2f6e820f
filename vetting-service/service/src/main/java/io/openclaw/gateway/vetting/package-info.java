/** Vetting service: is this call dangerous? */
@NullMarked
package io.openclaw.gateway.vetting;

import org.jspecify.annotations.NullMarked;
