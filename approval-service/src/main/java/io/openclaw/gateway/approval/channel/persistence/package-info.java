/** Messages, tokens and answers in PostgreSQL. */
@NullMarked
package io.openclaw.gateway.approval.channel.persistence;

import org.jspecify.annotations.NullMarked;
