package io.openclaw.gateway.executor.upstream.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Why a tool that a server lists has no place in the catalogue: each has a reason of its own, so that none hides another. */
class ListedNamesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}                    | it has no name",
                "[]                    | it has no name",
                "{\"name\":\"\"}         | its name is empty",
                "{\"name\":null}        | its name is no string",
                "{\"name\":7}           | its name is no string",
                "{\"name\":\"mcp:x\"}    | names that begin with 'mcp:' are the gateway's",
                "{\"name\":\"a\"}        | it is listed twice; the first is used",
                "{\"name\":\"a\\nb\"}     | its name holds the control character U+000A, at 1"
            })
    void saysWhy(String tool, String why) {
        assertThat(McpConnection.problemWithName(RawJson.of(tool).as(JsonNode.class), Set.of("a")))
                .isEqualTo(why);
    }

    @Test
    void takesAnyOther() {
        assertThat(McpConnection.problemWithName(
                        RawJson.of("{\"name\":\"odd/echo\"}").as(JsonNode.class), Set.of("a")))
                .isNull();
    }
}
