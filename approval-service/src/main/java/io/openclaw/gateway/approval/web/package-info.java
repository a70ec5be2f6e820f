/** How people decide. */
@NullMarked
package io.openclaw.gateway.approval.web;

import org.jspecify.annotations.NullMarked;
