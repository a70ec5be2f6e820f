/** What is looked for in texts that come from outside, by more than one service. */
@NullMarked
package io.openclaw.gateway.common.inspection;

import org.jspecify.annotations.NullMarked;
