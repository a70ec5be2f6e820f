/** Where the vendors of channels deliver. */
@NullMarked
package io.openclaw.gateway.approval.channel.web;

import org.jspecify.annotations.NullMarked;
