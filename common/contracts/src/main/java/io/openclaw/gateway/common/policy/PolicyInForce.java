package io.openclaw.gateway.common.policy;

/**
 * The policy that decides now.
 *
 * @param version its content hash
 */
public record PolicyInForce(String version, PolicyDocument document) {}
