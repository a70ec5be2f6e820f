/** Problem details (RFC 9457), and who may use the console. */
@NullMarked
package io.openclaw.gateway.common.web;

import org.jspecify.annotations.NullMarked;
