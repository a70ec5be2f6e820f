/** Which rules are in force. */
@NullMarked
package io.openclaw.gateway.vetting.web;

import org.jspecify.annotations.NullMarked;
