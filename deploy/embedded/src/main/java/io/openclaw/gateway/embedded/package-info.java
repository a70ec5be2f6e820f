/** A real Kafka broker and a real PostgreSQL, started from this process and kept on disk between starts. */
@NullMarked
package io.openclaw.gateway.embedded;

import org.jspecify.annotations.NullMarked;
