/** What the policy service tells people. */
@NullMarked
package io.openclaw.gateway.policy.web;

import org.jspecify.annotations.NullMarked;
