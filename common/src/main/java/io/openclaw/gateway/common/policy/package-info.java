/** The policy as the services share it: its document, and the follower that always has the version in force. */
@NullMarked
package io.openclaw.gateway.common.policy;

import org.jspecify.annotations.NullMarked;
