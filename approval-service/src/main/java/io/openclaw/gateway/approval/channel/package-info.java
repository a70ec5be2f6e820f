/** Asks people about calls that wait where they are, in chats, and takes their answers. */
@NullMarked
package io.openclaw.gateway.approval.channel;

import org.jspecify.annotations.NullMarked;
