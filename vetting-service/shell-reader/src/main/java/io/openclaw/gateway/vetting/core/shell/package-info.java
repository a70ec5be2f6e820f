/**
 * Reads commands as a POSIX shell (and bash, where it differs) would: text becomes a {@link
 * io.openclaw.gateway.vetting.core.shell.Script}, a script becomes the commands that it would run.
 *
 * <p>Sources: POSIX.1-2024, Shell Command Language; the bash reference manual.
 */
@NullMarked
package io.openclaw.gateway.vetting.core.shell;

import org.jspecify.annotations.NullMarked;
