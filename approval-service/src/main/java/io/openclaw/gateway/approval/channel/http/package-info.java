/** How vendors are called. */
@NullMarked
package io.openclaw.gateway.approval.channel.http;

import org.jspecify.annotations.NullMarked;
