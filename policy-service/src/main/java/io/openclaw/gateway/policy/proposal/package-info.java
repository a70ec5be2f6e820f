/** Changes of the policy that people propose, and an administrator looks at, tries and accepts. */
@NullMarked
package io.openclaw.gateway.policy.proposal;

import org.jspecify.annotations.NullMarked;
