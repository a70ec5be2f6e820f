/** What people do with calls that wait: decide, edit, give grants, comment, delegate. */
@NullMarked
package io.openclaw.gateway.approval.desk;

import org.jspecify.annotations.NullMarked;
