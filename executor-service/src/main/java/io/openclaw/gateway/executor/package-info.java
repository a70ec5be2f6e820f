/** Executor service: runs a cleared call, once */
@NullMarked
package io.openclaw.gateway.executor;

import org.jspecify.annotations.NullMarked;
