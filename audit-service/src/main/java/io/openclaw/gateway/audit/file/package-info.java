/** What the record keeps outside its database. */
@NullMarked
package io.openclaw.gateway.audit.file;

import org.jspecify.annotations.NullMarked;
