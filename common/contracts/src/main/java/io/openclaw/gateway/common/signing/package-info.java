/** Signatures for chosen readers, and the chain of evidence that a call carries: its seal, and each stage's verdict. */
@NullMarked
package io.openclaw.gateway.common.signing;

import org.jspecify.annotations.NullMarked;
