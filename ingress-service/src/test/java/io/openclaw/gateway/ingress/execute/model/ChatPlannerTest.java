package io.openclaw.gateway.ingress.execute.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.execute.core.Choice;
import io.openclaw.gateway.ingress.execute.core.OfferedTool;
import io.openclaw.gateway.ingress.execute.core.Planner;
import io.openclaw.gateway.ingress.execute.core.Planner.Message;
import io.openclaw.gateway.ingress.execute.core.PlannerFailedException;
import io.openclaw.gateway.testing.ModelDouble;
import io.openclaw.gateway.testing.ModelDouble.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ChatPlannerTest {
    private static final RawJson SCHEMA = RawJson.of("""
            {"type":"object","properties":{"command":{"type":"string","maxLength":10,"pattern":"^a"},
             "options":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/option"}]}},
             "required":["command"],"additionalProperties":false,"$defs":{"option":{"type":"integer"}}}""");
    private static final OfferedTool TOOL = new OfferedTool("exec", "openclaw", "exec", "Runs it.", SCHEMA);

    private final ModelDouble model;
    private final Planner planner;

    ChatPlannerTest() throws IOException {
        model = new ModelDouble();
        planner = planner(Duration.ofSeconds(20), model.url());
    }

    private static Planner planner(Duration timeout, String url) {
        return new ModelSettings("openai", url, "a-key", "some-model", timeout, 500, 1.0, 10.0)
                .planner()
                .orElseThrow();
    }

    @AfterEach
    void close() {
        model.close();
    }

    private Planner.Reply ask(Message... messages) throws PlannerFailedException {
        return planner.ask(new Planner.Question("Behave.", List.of(messages), List.of(TOOL)));
    }

    private PlannerFailedException failure() {
        return catchThrowableOfType(PlannerFailedException.class, () -> ask(new Message.Asked("do")));
    }

    @Test
    void offersToolsWithTheirSchemasAndReadsChoicesAndTokens() throws PlannerFailedException {
        model.answering(question -> Answer.choosing(
                new ModelDouble.Choice("id-1", "exec", "{\"command\":\"ls\"}"),
                new ModelDouble.Choice("id-2", "exec", "{")));
        Planner.Reply reply = ask(new Message.Asked("list"));
        assertThat(reply.choices())
                .containsExactly(
                        new Choice("id-1", "exec", RawJson.of("{\"command\":\"ls\"}")),
                        new Choice("id-2", "exec", RawJson.of("\"{\"")));
        assertThat(reply.spent().inputTokens()).isEqualTo(400);
        assertThat(reply.spent().costUsd()).isEqualTo((400 * 1.0 + 60 * 10.0) / 1_000_000);
        JsonNode asked = model.questions().getFirst().body();
        assertThat(asked.at("/model").asString()).isEqualTo("some-model");
        assertThat(asked.at("/tools/0/function/name").asString()).isEqualTo("exec");
        JsonNode parameters = asked.at("/tools/0/function/parameters");
        JsonNode schema = Json.MAPPER.readTree(SCHEMA.text());
        for (String part : List.of("/properties/command", "/properties/options", "/required", "/$defs")) {
            assertThat(Json.MAPPER.readTree(parameters.at(part).toString()))
                    .as(part)
                    .isEqualTo(schema.at(part));
        }
    }

    @Test
    void tellsTheModelItsChoicesAndWhatCameOfThem() throws PlannerFailedException {
        model.answering(question -> Answer.of("Done."));
        var choice = new Choice("id-1", "exec", RawJson.of("{\"command\":\"ls\"}"));
        assertThat(ask(
                                new Message.Asked("list"),
                                new Message.Answered(null, List.of(choice)),
                                new Message.Told("id-1", "exec", "a file"))
                        .text())
                .isEqualTo("Done.");
        JsonNode messages = model.questions().getFirst().body().get("messages");
        assertThat(messages.at("/2/tool_calls/0/id").asString()).isEqualTo("id-1");
        assertThat(messages.at("/3/role").asString()).isEqualTo("tool");
        assertThat(messages.at("/3/tool_call_id").asString()).isEqualTo("id-1");
    }

    @Test
    void aNameThatNoProviderTakesIsToldInAnotherForm() throws PlannerFailedException {
        model.answering(question -> Answer.of("Done."));
        ask(
                new Message.Asked("list"),
                new Message.Answered(null, List.of(new Choice("id-1", "exe\uFFFDc now", RawJson.of("{}")))),
                new Message.Told("id-1", "exe\uFFFDc now", "there is no such tool"));
        assertThat(model.questions()
                        .getFirst()
                        .body()
                        .at("/messages/2/tool_calls/0/function/name")
                        .asString())
                .isEqualTo("exe_c_now");
    }

    @ParameterizedTest
    @CsvSource({
        "429, model_rate_limited, true",
        "500, model_failed, true",
        "503, model_failed, true",
        "400, model_failed, false",
        "401, model_unauthorized, false",
        "404, model_not_found, false"
    })
    void anErrorOfTheApiIsNamed(int status, String kind, boolean worthARetry) {
        model.answering(question -> new Answer(status, "sorry", Duration.ZERO));
        PlannerFailedException failure = failure();
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.isWorthARetry()).isEqualTo(worthARetry);
        assertThat(failure).hasMessageContaining("some-model");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"choices\":[{\"message\":{\"role\":\"assis",
                "<html>hello</html>",
                "{}",
                "{\"choices\":[]}",
                "{\"choices\":[{}]}",
                "[]",
                "null"
            })
    void anAnswerThatIsNotOfTheApisFormIsNonsense(String body) {
        model.answering(question -> Answer.raw(body));
        assertThat(failure().kind()).isEqualTo("model_nonsense");
    }

    @Test
    void anAnswerThatWasCutOffIsNamed() {
        model.answering(question -> Answer.raw("""
                {"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant",
                 "content":"half"},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}"""));
        PlannerFailedException failure = failure();
        assertThat(failure.kind()).isEqualTo("model_truncated");
        assertThat(failure.spent().tokens()).isEqualTo(12);
    }

    @Test
    void aModelThatTakesTooLongIsATimeoutAndNoNo() {
        model.answering(question -> new Answer(200, "late", Duration.ofSeconds(5)));
        Planner hasty = planner(Duration.ofMillis(200), model.url());
        assertThatThrownBy(
                        () -> hasty.ask(new Planner.Question("Behave.", List.of(new Message.Asked("do")), List.of())))
                .isInstanceOfSatisfying(
                        PlannerFailedException.class, e -> assertThat(e.kind()).isEqualTo("model_timeout"));
    }

    @Test
    void aModelThatIsNotThereIsNamed() {
        model.close();
        assertThat(failure().kind()).isEqualTo("model_unreachable");
    }

    @Test
    void aKeyAloneOrAnAddressAloneIsEnough() {
        Duration timeout = Duration.ofSeconds(1);
        assertThat(new ModelSettings("openai", "", "key", "", timeout, 500, 0, 0).planner())
                .isPresent();
        assertThat(new ModelSettings("openai", "http://127.0.0.1:1/v1", "", "", timeout, 500, 0, 0).planner())
                .isPresent();
        assertThat(new ModelSettings("openai", "", "", "", timeout, 500, 0, 0).planner())
                .isEmpty();
        assertThat(new ModelSettings("ollama", "", "", "", timeout, 500, 0, 0).planner())
                .isPresent();
        assertThatThrownBy(() -> new ModelSettings("other", "", "", "", timeout, 500, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other");
    }
}
