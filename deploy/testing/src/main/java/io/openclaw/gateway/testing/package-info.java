/** The broker and the database that tests run on, one each for the test run of a Maven module, and what they share beside. */
@NullMarked
package io.openclaw.gateway.testing;

import org.jspecify.annotations.NullMarked;
