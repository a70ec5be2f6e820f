/** The policy, compiled: a decision is a function of a call and the policy in force. */
@NullMarked
package io.openclaw.gateway.policy.core;

import org.jspecify.annotations.NullMarked;
