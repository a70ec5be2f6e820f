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
import org.junit.jupiter.api.Test;
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
