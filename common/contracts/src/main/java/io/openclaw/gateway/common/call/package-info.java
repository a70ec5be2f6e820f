/** The words of the gateway as types: a tool call, the verdicts upon it, and what came of it. */
@NullMarked
package io.openclaw.gateway.common.call;

import org.jspecify.annotations.NullMarked;
