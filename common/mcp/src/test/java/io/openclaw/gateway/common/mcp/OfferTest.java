package io.openclaw.gateway.common.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OfferTest {
    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text.replace('\'', '"'));
    }

    @Test
    void isPinnedUnderANameThatNoToolHas() {
        JsonNode prompt = json("{'name':'greet','description':'Greets.'}");
        assertThat(Offer.PROMPT.definition(prompt).name()).isEqualTo("mcp:prompt/greet");
        assertThat(Offer.accepted(Offer.PROMPT.definition(prompt)))
                .contains((tools.jackson.databind.node.ObjectNode) prompt);
        assertThat(Offer.isPinName("mcp:prompt/greet")).isTrue();
        assertThat(Offer.isPinName(McpOperation.GET_PROMPT.tool())).isFalse();
    }

    @Test
    void isTheSameWhenItsContentChanges() {
        String hash = Offer.RESOURCE
                .definition(json("{'uri':'file:///a','name':'a','size':5,'annotations':{'lastModified':'2026-01-01'}}"))
                .hash();
        assertThat(Offer.RESOURCE
                        .definition(json("{'uri':'file:///a','name':'a','size':6}"))
                        .hash())
                .isEqualTo(hash);
        assertThat(Offer.RESOURCE
                        .definition(json("{'uri':'file:///a','name':'b','size':6}"))
                        .hash())
                .isNotEqualTo(hash);
        assertThat(Offer.RESOURCE
                        .definition(json("{'uri':'file:///a','name':'a','annotations':{'audience':['user']}}"))
                        .hash())
                .isNotEqualTo(hash);
    }

    @Test
    void isFoundForTheCallThatAsksForIt() {
        assertThat(Offer.askedFor("mcp:prompts.get", RawJson.of("{\"name\":\"greet\"}")))
                .isEqualTo("mcp:prompt/greet");
        assertThat(Offer.askedFor("mcp:resources.read", RawJson.of("{\"uri\":\"file:///a\"}")))
                .isEqualTo("mcp:resource/file:///a");
        assertThat(Offer.askedFor("mcp:completion.complete", RawJson.of("{\"name\":\"greet\"}")))
                .isNull();
        assertThat(Offer.askedFor("get", RawJson.of("{\"name\":\"greet\"}"))).isNull();
    }
}
