package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A policy as YAML text. */
public final class PolicyText {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private PolicyText() {}

    /**
     * Reads a policy and checks it.
     *
     * @return the policy; its version is the first 16 hexadecimal digits of the SHA-256 of its canonical JSON, so
     *     comments and layout do not change it
     * @throws InvalidPolicyException naming the line of a syntax error or an unknown field, or every other problem
     */
    public static PolicyInForce read(String yaml) {
        if (yaml.isBlank()) {
            throw new InvalidPolicyException(List.of("the policy is empty"));
        }
        PolicyDocument document;
        try {
            document = YAML.readValue(yaml, PolicyDocument.class);
        } catch (JacksonException e) {
            TokenStreamLocation location = e.getLocation();
            String line = location == null ? "" : "near line " + location.getLineNr() + ": ";
            throw new InvalidPolicyException(line + e.getOriginalMessage(), e);
        }
        if (document == null) {
            throw new InvalidPolicyException(List.of("the policy is empty"));
        }
        byte[] canonical = CanonicalJson.of(RawJson.from(document));
        var policy = new PolicyInForce(Digest.sha256Hex(canonical).substring(0, 16), document);
        Policy.of(policy);
        return policy;
    }
}
