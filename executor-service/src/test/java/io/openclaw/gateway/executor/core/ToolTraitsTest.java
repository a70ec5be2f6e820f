package io.openclaw.gateway.executor.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.policy.ToolDefinition.Annotations;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolTraitsTest {
    private static final PolicyDocument POLICY = RawJson.of(
                    "{\"upstreams\":[{\"name\":\"files\",\"readOnly\":[\"get_*\",\"stat\"],\"idempotent\":[\"put\"]},"
                            + "{\"name\":\"jira\"}]}")
            .as(PolicyDocument.class);

    private static boolean isRepeatable(ToolTraits traits, String upstream, String tool) {
        return traits.isRepeatable(Calls.call("demo", upstream, tool, RawJson.EMPTY_OBJECT, Instant.EPOCH));
    }

    @ParameterizedTest
    @CsvSource({
        "files, get_file, true",
        "files, stat, true",
        "files, put, true",
        "files, status, false",
        "files, delete, false",
        "files, mcp:resources.read, false",
        "jira, get_issue, false",
        "other, get_file, false"
    })
    void followThePolicyOfTheUpstream(String upstream, String tool, boolean repeatable) {
        assertThat(isRepeatable(ToolTraits.of(POLICY, List.of()), upstream, tool))
                .isEqualTo(repeatable);
    }

    private static ToolPinned pinned(String tool, Annotations accepted) {
        var definition = new ToolDefinition(tool, null, null, null, accepted, Map.of());
        var changed = new ToolDefinition(tool, null, null, null, new Annotations(true, null, true, null), Map.of());
        return new ToolPinned(
                "jira", definition, definition.hash(), changed, List.of(), Instant.EPOCH, "policy", null, Map.of());
    }

    @ParameterizedTest
    @CsvSource({"true, , true", ", true, true", "false, true, true", "false, , false", ", , false"})
    void followTheDefinitionThatWasAccepted(
            @Nullable Boolean readOnly, @Nullable Boolean idempotent, boolean repeatable) {
        ToolTraits traits =
                ToolTraits.of(POLICY, List.of(pinned("get", new Annotations(readOnly, null, idempotent, null))));
        assertThat(isRepeatable(traits, "jira", "get")).isEqualTo(repeatable);
        assertThat(isRepeatable(traits, "files", "get"))
                .as("another upstream's")
                .isFalse();
    }

    /** An upstream that says so now, and was not accepted, changes nothing. */
    @Test
    void followNoDefinitionThatWasNotAccepted() {
        ToolTraits traits = ToolTraits.of(POLICY, List.of(pinned("get", Annotations.NONE)));
        assertThat(isRepeatable(traits, "jira", "get")).isFalse();
    }

    @Test
    void areNoneWithoutAPolicy() {
        assertThat(isRepeatable(ToolTraits.NONE, "files", "stat")).isFalse();
    }
}
