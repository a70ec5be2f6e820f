/** Runs over HTTP. */
@NullMarked
package io.openclaw.gateway.ingress.execute.web;

import org.jspecify.annotations.NullMarked;
