package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Holds policy.schema.json, which editors complete policies by, against what the gateway reads. */
class PolicySchemaTest {
    private final JsonNode schema = schema();

    private static JsonNode schema() {
        try (InputStream in = PolicySchemaTest.class.getResourceAsStream("/policy.schema.json")) {
            return Json.MAPPER.readTree(in);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    @Test
    void hasEveryFieldThereIsAndNoOther() {
        assertThat(new ArrayList<>(schema.get("properties").propertyNames()))
                .containsExactlyInAnyOrderElementsOf(components(PolicyDocument.class));
        for (Class<?> type : PolicyDocument.class.getDeclaredClasses()) {
            if (type.isRecord()) {
                assertThat(new ArrayList<>(schema.at("/$defs/" + type.getSimpleName() + "/properties")
                                .propertyNames()))
                        .as(type.getSimpleName())
                        .containsExactlyInAnyOrderElementsOf(components(type));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jira/*", "*/*", "files/a/b", "a//", "a/b\nc", "/x", "x/", "x", "", "//"})
    void takesThePatternsOfAddressesThatTheGatewayTakes(String pattern) {
        Schema compiled = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
        JsonNode policy =
                Json.MAPPER.valueToTree(Map.of("roles", List.of(Map.of("id", "r", "allow", List.of(pattern)))));
        boolean taken = true;
        try {
            AddressPattern.of(pattern);
        } catch (IllegalArgumentException e) {
            taken = false;
        }
        assertThat(compiled.validate(policy).isEmpty()).isEqualTo(taken);
    }

    @Test
    void takesAPolicyThatIsGoodAndNoneThatMisspellsAField() {
        Schema compiled = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
        String yaml = """
                upstreams: [{name: jira, readOnly: ["get_*"], unknownTools: escalate}]
                roles: [{id: r, allow: ["jira/*"]}]
                rules: [{id: x, tools: ["jira/put"], when: "call.intent == ''", effect: escalate, quorum: 2, expiresIn: 15m}]
                limits: [{id: l, callsPerMinute: 60}]
                agents: [{id: a, roles: [r], labels: {tenant: acme}, keys: [{sha256: %s, expires: 2027-01-01T00:00:00Z}]}]
                """.formatted("a".repeat(64));
        PolicyText.read(yaml);
        assertThat(compiled.validate(PolicyText.YAML.readTree(yaml))).isEmpty();
        assertThat(compiled.validate(PolicyText.YAML.readTree(yaml.replace("callsPerMinute", "callPerMinute"))))
                .isNotEmpty();
        assertThat(compiled.validate(PolicyText.YAML.readTree(yaml.replace("escalate, quorum", "ask, quorum"))))
                .isNotEmpty();
    }
}
