/** The rules and what they find: a verdict is a function of a call. */
@NullMarked
package io.openclaw.gateway.vetting.core;

import org.jspecify.annotations.NullMarked;
