/** The whole gateway in one process: broker, database, demo worker and all six services. */
@NullMarked
package io.openclaw.gateway.standalone;

import org.jspecify.annotations.NullMarked;
