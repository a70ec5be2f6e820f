/** The signature chain: each stage signs its verdict over the call and the signature before it. */
@NullMarked
package io.openclaw.gateway.common.signing;

import org.jspecify.annotations.NullMarked;
