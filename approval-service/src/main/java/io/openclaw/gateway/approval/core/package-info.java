/** What an approval is, and what a person's decision makes of it. */
@NullMarked
package io.openclaw.gateway.approval.core;

import org.jspecify.annotations.NullMarked;
