/** Whether a cleared call may run, and what comes of what an upstream answered. */
@NullMarked
package io.openclaw.gateway.executor.core;

import org.jspecify.annotations.NullMarked;
