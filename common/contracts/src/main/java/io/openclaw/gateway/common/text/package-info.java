/** What people write in settings, policies and requests. */
@NullMarked
package io.openclaw.gateway.common.text;

import org.jspecify.annotations.NullMarked;
