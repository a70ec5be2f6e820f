package io.openclaw.gateway.approval.channel;

import static io.openclaw.gateway.approval.channel.Bench.ALICE;
import static io.openclaw.gateway.approval.channel.Bench.ALICE_IN_SLACK;
import static io.openclaw.gateway.approval.channel.Bench.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import io.openclaw.gateway.approval.channel.web.ChannelController;
import io.openclaw.gateway.approval.channel.web.ChannelDoors;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.web.ProblemPages;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import tools.jackson.databind.JsonNode;

/** What vendors deliver over HTTP, and what they are answered. */
class ChannelControllerIT {
    private final Bench bench = new Bench();
    private final MockMvc web = MockMvcBuilders.standaloneSetup(bench.controller())
            .setControllerAdvice(new ProblemPages())
            .build();

    @AfterEach
    void close() {
        bench.close();
    }

    private MockHttpServletResponse answer(MockHttpServletRequestBuilder request) throws Exception {
        return web.perform(request).andReturn().getResponse();
    }

    private static MockHttpServletRequestBuilder whatsApp(GraphDouble.Delivery delivery) {
        return post("/v1/channels/whatsapp")
                .contentType("application/json")
                .header("X-Hub-Signature-256", delivery.signature())
                .content(delivery.bytes());
    }

    private static MockHttpServletRequestBuilder slack(SlackDouble.Interaction interaction) {
        return post("/v1/channels/slack")
                .contentType("application/x-www-form-urlencoded")
                .header("X-Slack-Request-Timestamp", interaction.timestamp())
                .header("X-Slack-Signature", interaction.signature())
                .content(interaction.bytes());
    }

    private static MockHttpServletRequestBuilder program(ProgramDouble.Decision decision) {
        MockHttpServletRequestBuilder request = post("/v1/channels/webhook")
                .contentType("application/cloudevents+json")
                .content(decision.bytes());
        decision.headers().forEach(request::header);
        return request;
    }

    @Test
    void answersMetasCheckWithItsChallengeAsText() throws Exception {
        MockHttpServletResponse answer = answer(get("/v1/channels/whatsapp")
                .param("hub.mode", "subscribe")
                .param("hub.verify_token", GraphDouble.VERIFY)
                .param("hub.challenge", "1158201444"));
        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getContentAsString()).isEqualTo("1158201444");
        assertThat(answer.getContentType()).startsWith("text/plain");
    }

    @Test
    void refusesACheckWithAnotherToken() throws Exception {
        assertThat(answer(get("/v1/channels/whatsapp")
                                .param("hub.mode", "subscribe")
                                .param("hub.verify_token", "guess")
                                .param("hub.challenge", "1158201444"))
                        .getStatus())
                .isEqualTo(403);
    }

    @Test
    void takesPressesOfAllChannels() throws Exception {
        UUID first = bench.escalate();
        bench.outreach(bench.whatsApp()).pass();
        bench.sender(bench.whatsApp()).pass();
        String token = GraphDouble.token(bench.graph.taken().getLast().body(), "Approve");
        assertThat(answer(whatsApp(bench.graph.press(ALICE, token))).getStatus())
                .isEqualTo(200);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(bench.approval(first).status()).isEqualTo(Status.APPROVED));

        UUID second = bench.escalate();
        bench.outreach(bench.slackChannel()).pass();
        bench.clock.advance(Duration.ofMinutes(1));
        bench.sender(bench.slackChannel()).pass();
        String deny = SlackDouble.token(bench.slack.taken().getLast().body(), "deny");
        assertThat(answer(slack(bench.slack.press(ALICE_IN_SLACK, deny, bench.clock.instant())))
                        .getStatus())
                .isEqualTo(200);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(bench.approval(second).status()).isEqualTo(Status.DENIED));

        UUID third = bench.escalate();
        bench.outreach(bench.webhook()).pass();
        bench.sender(bench.webhook()).pass();
        JsonNode tokens = bench.program.taken().getLast().body().path("data").path("tokens");
        MockHttpServletResponse answer = answer(program(ProgramDouble.decision(
                "e1", "alice@example.com", tokens.path("approve").asString(""), bench.clock.instant())));
        assertThat(answer.getStatus()).isEqualTo(200);
        assertThat(answer.getContentAsString()).contains("\"outcome\":\"decided\"");
        assertThat(bench.approval(third).status()).isEqualTo(Status.APPROVED);
    }

    @Test
    void keepsAStatusWhateverTheVendorSaysOfIt() throws Exception {
        assertThat(answer(whatsApp(GraphDouble.status("wamid.out.1", "failed", 1, "half\0 a text")))
                        .getStatus())
                .isEqualTo(200);
        assertThat(Bench.JDBC
                        .sql("select problem from approval.deliveries where receipt = 'wamid.out.1'")
                        .query(String.class)
                        .single())
                .contains("half\uFFFD a text");
    }

    @Test
    void refusesWhatIsNotSignedAndLooksAtNothingOfIt() throws Exception {
        GraphDouble.Delivery press = bench.graph.press(ALICE, "token");
        assertThat(answer(whatsApp(new GraphDouble.Delivery(press.body(), "sha256=00")))
                        .getStatus())
                .isEqualTo(401);
        SlackDouble.Interaction old = bench.slack.press(ALICE_IN_SLACK, "token", NOW.minus(Duration.ofMinutes(6)));
        assertThat(answer(slack(old)).getStatus()).isEqualTo(401);
        ProgramDouble.Decision decision = ProgramDouble.decision("e1", "alice@example.com", "token", NOW);
        MockHttpServletResponse answer = answer(program(new ProgramDouble.Decision("{}", decision.headers())));
        assertThat(answer.getStatus()).isEqualTo(401);
        assertThat(answer.getContentAsString()).contains("wrong-signature", "webhook-signature");
        assertThat(Bench.JDBC
                        .sql("select count(*) from approval.presses")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void saysWhatIsWrongWithWhatIsSigned() throws Exception {
        String body = "{\"specversion\":\"1.0\"}";
        MockHttpServletResponse answer = answer(program(ProgramDouble.signed("e1", body, NOW)));
        assertThat(answer.getStatus()).isEqualTo(400);
        assertThat(answer.getContentAsString()).contains("'type'");
        assertThat(answer(slack(SlackDouble.signed("a=b", NOW))).getStatus()).isEqualTo(400);
        assertThat(answer(whatsApp(GraphDouble.signed("{"))).getStatus()).isEqualTo(400);
    }

    @Test
    void refusesWhatIsTooLarge() throws Exception {
        assertThat(answer(whatsApp(new GraphDouble.Delivery("x".repeat(1024 * 1024 + 1), "sha256=00")))
                        .getStatus())
                .isEqualTo(413);
    }

    @Test
    void saysThatAChannelIsOff() throws Exception {
        var off = new ChannelController(
                new ChannelDoors(Optional.empty(), Optional.empty(), Optional.empty()),
                bench.presses(),
                bench.store,
                bench.clock);
        MockMvc withoutChannels = MockMvcBuilders.standaloneSetup(off)
                .setControllerAdvice(new ProblemPages())
                .build();
        for (String path : new String[] {"whatsapp", "slack", "webhook"}) {
            MockHttpServletResponse answer = withoutChannels
                    .perform(post("/v1/channels/" + path).content("{}"))
                    .andReturn()
                    .getResponse();
            assertThat(answer.getStatus()).as(path).isEqualTo(404);
            assertThat(answer.getContentAsString()).contains("docs/channels.md");
        }
    }
}
