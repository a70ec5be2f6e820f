/** Who is asked, what they are shown, what they may answer, and how messages are signed. */
@NullMarked
package io.openclaw.gateway.approval.channel.core;

import org.jspecify.annotations.NullMarked;
