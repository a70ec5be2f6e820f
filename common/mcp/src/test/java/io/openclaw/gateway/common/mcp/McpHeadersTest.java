package io.openclaw.gateway.common.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples are those of MCP 2026-07-28, Streamable HTTP, "Value Encoding". */
class McpHeadersTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "us-west1,us-west1",
                "'Hello, 世界','=?base64?SGVsbG8sIOS4lueVjA==?='",
                "' padded ',=?base64?IHBhZGRlZCA=?=",
                "=?base64?literal?=,=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="
            })
    void aValueIsWrittenAsTheSpecificationShowsAndReadBack(String value, String header) {
        assertThat(McpHeaders.encode(value)).isEqualTo(header);
        assertThat(McpHeaders.decode(header)).contains(value);
    }

    @Test
    void aLineBreakNeverReachesAHeader() {
        assertThat(McpHeaders.encode("line1\nline2")).isEqualTo("=?base64?bGluZTEKbGluZTI=?=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=?base64?SGVsbG8?=", "=?base64?SGV%bG8=?=", "caf\u00e9", "a\u0001b"})
    void whatIsNotWrittenAsItHasToBeIsNotRead(String header) {
        assertThat(McpHeaders.decode(header)).isEmpty();
    }

    @Test
    void argumentsAreRepeatedFromWhereTheSchemaMarksThem() {
        RawJson schema = RawJson.of("""
                {"type":"object","properties":{
                  "region":{"type":"string","x-mcp-header":"Region"},
                  "where":{"type":"object","properties":{"zone":{"type":"integer","x-mcp-header":"Zone"}}},
                  "x-mcp-header":{"type":"string"}}}""");
        List<McpHeaders.Repeated> repeated = McpHeaders.of(schema);
        assertThat(repeated)
                .extracting(McpHeaders.Repeated::header)
                .containsExactly("Mcp-Param-Region", "Mcp-Param-Zone");
        var arguments = Json.MAPPER.readTree("{\"region\":null,\"where\":{\"zone\":7}}");
        assertThat(repeated.getFirst().in(arguments)).isEmpty();
        assertThat(repeated.getLast().in(arguments)).contains("7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\\r\\nB\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}}}",
                "{\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}}",
                "{\"allOf\":[{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}]}"
            })
    void aMarkWhereNoneMayBeMakesTheToolInvalid(String schema) {
        assertThatThrownBy(() -> McpHeaders.of(RawJson.of(schema)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x-mcp-header");
    }

    @Test
    void wholeNumbersAreComparedAsNumbers() {
        assertThat(McpHeaders.say("42.0", "42")).isTrue();
        assertThat(McpHeaders.say("42", "43")).isFalse();
        assertThat(McpHeaders.say("1e400000000", "1")).isFalse();
    }
}
