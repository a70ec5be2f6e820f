/** Masking of credentials before anything is stored or shown. */
@NullMarked
package io.openclaw.gateway.common.redaction;

import org.jspecify.annotations.NullMarked;
