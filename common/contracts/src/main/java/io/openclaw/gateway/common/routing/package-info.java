/** Where a call goes next: the strictest verdict so far decides. */
@NullMarked
package io.openclaw.gateway.common.routing;

import org.jspecify.annotations.NullMarked;
