/** Makes a broker and a database ready for the services: users who may do what {@code Service} says, topics, roles and schemas. */
@NullMarked
package io.openclaw.gateway.common.setup;

import org.jspecify.annotations.NullMarked;
