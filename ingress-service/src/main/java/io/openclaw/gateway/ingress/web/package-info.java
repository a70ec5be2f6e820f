/** The doors that agents come in by. */
@NullMarked
package io.openclaw.gateway.ingress.web;

import org.jspecify.annotations.NullMarked;
