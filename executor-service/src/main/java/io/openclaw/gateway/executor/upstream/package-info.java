/** What executes tools. */
@NullMarked
package io.openclaw.gateway.executor.upstream;

import org.jspecify.annotations.NullMarked;
