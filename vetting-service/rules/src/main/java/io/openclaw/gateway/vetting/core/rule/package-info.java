/** Rules as data: what they match in the normal form of a command, and how they are found fast. */
@NullMarked
package io.openclaw.gateway.vetting.core.rule;

import org.jspecify.annotations.NullMarked;
