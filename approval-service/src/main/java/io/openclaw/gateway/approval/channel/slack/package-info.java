/** Slack's Web API, with Block Kit messages. */
@NullMarked
package io.openclaw.gateway.approval.channel.slack;

import org.jspecify.annotations.NullMarked;
