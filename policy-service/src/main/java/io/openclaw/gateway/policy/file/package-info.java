/** The policy as a file that an administrator edits. */
@NullMarked
package io.openclaw.gateway.policy.file;

import org.jspecify.annotations.NullMarked;
