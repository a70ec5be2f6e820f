/** What people see of the record. */
@NullMarked
package io.openclaw.gateway.audit.web;

import org.jspecify.annotations.NullMarked;
