/** Approval service: a person has to say yes */
@NullMarked
package io.openclaw.gateway.approval;

import org.jspecify.annotations.NullMarked;
