/** Measures the whole gateway against the bare Kafka pipeline that bounds it. */
@NullMarked
package io.openclaw.gateway.bench;

import org.jspecify.annotations.NullMarked;
