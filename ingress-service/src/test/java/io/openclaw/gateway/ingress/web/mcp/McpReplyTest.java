package io.openclaw.gateway.ingress.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.web.mcp.MediaTypes.Accepted;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletResponse;

class McpReplyTest {
    private final MockHttpServletResponse response = new MockHttpServletResponse();

    private McpReply reply(boolean json, boolean events) {
        var reply = new McpReply(response);
        reply.accepts(new Accepted(json, events));
        return reply;
    }

    private String body() throws Exception {
        return response.getContentAsString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r", "\n", "\r\n", "\r\r", "\n\r"})
    void everyLineOfAnEventIsData(String end) throws Exception {
        McpReply reply = reply(true, true);
        reply.stream();
        reply.result(RawJson.of("{\"a\":" + end + "1}"));
        String event = body().substring(body().indexOf("event: message"));
        // As HTML's "Parsing an event stream" has it: CR, LF and CRLF each end a line.
        List<String> lines = event.lines().toList();
        assertThat(lines).allMatch(line -> line.isEmpty() || line.startsWith("event: ") || line.startsWith("data: "));
        String data = lines.stream()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .collect(Collectors.joining("\n"));
        assertThat(Json.MAPPER.readTree(data).at("/result/a").asInt()).isOne();
        assertThat(event).endsWith("\n\n");
    }

    @Test
    void aClientThatTakesNoEventsGetsTheAnswerAlone() throws Exception {
        McpReply reply = reply(true, false);
        reply.notify("notifications/message", Json.MAPPER.createObjectNode());
        reply.keepAlive();
        assertThat(body()).isEmpty();
        reply.result(RawJson.EMPTY_OBJECT);
        assertThat(response.getContentType()).isEqualTo("application/json");
        assertThat(body()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}");
    }

    @Test
    void aClientThatTakesNothingElseGetsAnEvent() throws Exception {
        McpReply reply = reply(false, true);
        reply.result(RawJson.EMPTY_OBJECT);
        assertThat(response.getContentType()).startsWith("text/event-stream");
        assertThat(body()).contains("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}\n\n");
    }

    @Test
    void butARefusalKeepsItsStatus() throws Exception {
        reply(false, true).error(JsonRpcException.badRequest(JsonRpcException.INVALID_REQUEST, "no"));
        assertThat(response.getStatus()).isEqualTo(400);
        assertThat(response.getContentType()).isEqualTo("application/json");
    }

    @Test
    void messagesOfABatchAreAnsweredTogether() throws Exception {
        McpReply first = McpReply.inBatch();
        first.answers(RawJson.of("1"));
        first.notify("notifications/message", Json.MAPPER.createObjectNode());
        first.result(RawJson.EMPTY_OBJECT);
        McpReply second = McpReply.inBatch();
        second.accepted();
        McpReply third = McpReply.inBatch();
        third.error(JsonRpcException.invalidParams("no"));
        assertThat(second.answer()).isEmpty();
        reply(true, true).batch(List.of(first.answer(), third.answer()));
        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(Json.MAPPER.readTree(body()))
                .hasSize(2)
                .first()
                .isEqualTo(Json.MAPPER.readTree("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"));
    }

    @Test
    void aBatchWithoutRequestsIsAccepted() throws Exception {
        reply(true, true).batch(List.of());
        assertThat(response.getStatus()).isEqualTo(202);
        assertThat(body()).isEmpty();
    }
}
