/** What the record keeps of an event, and what can be asked of it. */
@NullMarked
package io.openclaw.gateway.audit.core;

import org.jspecify.annotations.NullMarked;
