/** What every process measures of itself, and how much of that a scrape carries. */
@NullMarked
package io.openclaw.gateway.common.metrics;

import org.jspecify.annotations.NullMarked;
