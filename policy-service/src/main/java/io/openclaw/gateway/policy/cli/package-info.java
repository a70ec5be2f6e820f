/** The command line: policies before they bite, and what is in force. */
@NullMarked
package io.openclaw.gateway.policy.cli;

import org.jspecify.annotations.NullMarked;
