/** How a gateway process starts: its settings and their defaults. */
@NullMarked
package io.openclaw.gateway.common.boot;

import org.jspecify.annotations.NullMarked;
