/** CloudEvents to and from programs, signed as Standard Webhooks says. */
@NullMarked
package io.openclaw.gateway.approval.channel.webhook;

import org.jspecify.annotations.NullMarked;
