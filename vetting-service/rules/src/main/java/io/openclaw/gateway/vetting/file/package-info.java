/** Rule packs in a directory. */
@NullMarked
package io.openclaw.gateway.vetting.file;

import org.jspecify.annotations.NullMarked;
