/** The console's shell: sign-in, sessions, accounts, layout and design system; services render their rooms inside it. */
@NullMarked
package io.openclaw.gateway.common.console;

import org.jspecify.annotations.NullMarked;
