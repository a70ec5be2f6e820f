/** What programs do with their arguments: a catalogue of programs turns commands in normal form into effects, which rules judge. */
@NullMarked
package io.openclaw.gateway.vetting.core.effect;

import org.jspecify.annotations.NullMarked;
