/** What a process does in the background, kept going and seen in its health. */
@NullMarked
package io.openclaw.gateway.common.health;

import org.jspecify.annotations.NullMarked;
