/** Vetting on the command line: {@code deploy/vet}. */
@NullMarked
package io.openclaw.gateway.vetting.cli;

import org.jspecify.annotations.NullMarked;
