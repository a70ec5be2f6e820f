/** The Merkle tree over the record (RFC 6962, RFC 9162), its tiles, proofs and signed checkpoints (C2SP). */
@NullMarked
package io.openclaw.gateway.audit.core.tree;

import org.jspecify.annotations.NullMarked;
