/** The records of {@code calls.inbox}: who proves to have written one, and what it asks for. */
@NullMarked
package io.openclaw.gateway.ingress.inbox.core;

import org.jspecify.annotations.NullMarked;
