/** What a tool does with which argument: the names of both are read into the vocabulary of the shell reader. */
@NullMarked
package io.openclaw.gateway.vetting.core.tool;

import org.jspecify.annotations.NullMarked;
