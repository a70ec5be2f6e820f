/** Policy service: may this agent call this tool? */
@NullMarked
package io.openclaw.gateway.policy;

import org.jspecify.annotations.NullMarked;
