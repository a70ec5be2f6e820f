/** The policy as the services share it: its document, what is frozen, issued and pinned, and who follows all of that. */
@NullMarked
package io.openclaw.gateway.common.policy;

import org.jspecify.annotations.NullMarked;
