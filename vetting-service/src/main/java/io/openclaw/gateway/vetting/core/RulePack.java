package io.openclaw.gateway.vetting.core;

import io.openclaw.gateway.common.call.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A set of rules.
 *
 * @param version the first 16 hexadecimal digits of the SHA-256 of its text; verdicts name it
 */
public record RulePack(String version, List<Rule> rules) {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private record Text(List<Rule.Text> rules) {}

    /** Reads the rules that come with the gateway. */
    public static RulePack builtIn() {
        try (InputStream in = RulePack.class.getResourceAsStream("/rules/built-in.yaml")) {
            if (in == null) {
                throw new IllegalStateException("this jar has no /rules/built-in.yaml");
            }
            return ofYaml(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the built-in rules", e);
        }
    }

    /**
     * Reads rules.
     *
     * @throws IllegalArgumentException naming the rule that is incomplete or wrong
     * @throws tools.jackson.core.JacksonException if it is no YAML of this form
     */
    public static RulePack ofYaml(byte[] yaml) {
        List<Rule> rules = YAML.readValue(yaml, Text.class).rules().stream()
                .map(Rule.Text::compiled)
                .toList();
        return new RulePack(Digest.sha256Hex(yaml).substring(0, 16), rules);
    }
}
