/** The command line of the record. */
@NullMarked
package io.openclaw.gateway.audit.cli;

import org.jspecify.annotations.NullMarked;
