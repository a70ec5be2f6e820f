/** The model lane: a graph that asks a language model about calls that rules cannot tell. */
@NullMarked
package io.openclaw.gateway.vetting.judge;

import org.jspecify.annotations.NullMarked;
