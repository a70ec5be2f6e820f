/** WhatsApp's Cloud API. */
@NullMarked
package io.openclaw.gateway.approval.channel.whatsapp;

import org.jspecify.annotations.NullMarked;
