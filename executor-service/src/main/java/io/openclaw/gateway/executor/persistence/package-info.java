/** Claims: who runs, or ran, which call. */
@NullMarked
package io.openclaw.gateway.executor.persistence;

import org.jspecify.annotations.NullMarked;
