package io.openclaw.gateway.approval.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openclaw.gateway.approval.channel.VendorDouble.Answer;
import io.openclaw.gateway.approval.channel.core.Approvals;
import io.openclaw.gateway.approval.channel.core.Buttons;
import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Channel.Ask;
import io.openclaw.gateway.approval.channel.core.Channel.Recipient;
import io.openclaw.gateway.approval.channel.core.Channel.Reply;
import io.openclaw.gateway.approval.channel.core.Question;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppChannel;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class WhatsAppChannelTest extends ChannelContract {
    private static final String NUMBER = "4915123456789";

    private final GraphDouble graph = new GraphDouble();

    private WhatsAppChannel channel(String token, @Nullable String template, @Nullable String linkTemplate) {
        return new WhatsAppChannel(
                new WhatsAppChannel.Settings(
                        URI.create(graph.url() + "/v24.0/" + GraphDouble.PHONE + "/messages"),
                        token,
                        template,
                        linkTemplate,
                        "en",
                        Right.APPROVE),
                new VendorClient(Duration.ofSeconds(30), Clock.systemUTC()));
    }

    @Override
    Channel channel() {
        return channel(GraphDouble.TOKEN, "approval_request", "approval_link");
    }

    @Override
    VendorDouble vendor() {
        return graph;
    }

    @Override
    String address() {
        return NUMBER;
    }

    @Override
    Answer rateLimited() {
        return GraphDouble.error(429, 130_429, "Rate limit hit");
    }

    @Override
    Answer refused() {
        return GraphDouble.error(400, 131_026, "Message undeliverable");
    }

    private static Ask ask(Right right, boolean isInConversation) {
        return new Ask(
                UUID.randomUUID(),
                new Recipient("alice", NUMBER),
                Question.of(Approvals.pending(null), null, 0, right, false),
                new Buttons(
                        right == Right.APPROVE ? "t-approve" : null,
                        right == Right.LINK ? null : "t-deny",
                        "t-details"),
                isInConversation,
                false);
    }

    private JsonNode sent() {
        return graph.taken().getLast().body();
    }

    @Test
    void sendsReplyButtonsAsTheCloudApiWantsThem() throws SendingFailedException {
        assertThat(channel().ask(ask(Right.APPROVE, true)).form()).isEqualTo("buttons");
        JsonNode message = sent();
        assertThat(message.path("messaging_product").asString()).isEqualTo("whatsapp");
        assertThat(message.path("recipient_type").asString()).isEqualTo("individual");
        assertThat(message.path("to").asString()).isEqualTo(NUMBER);
        assertThat(message.path("type").asString()).isEqualTo("interactive");
        JsonNode interactive = message.path("interactive");
        assertThat(interactive.path("type").asString()).isEqualTo("button");
        assertThat(interactive.path("header").path("type").asString()).isEqualTo("text");
        assertThat(interactive.path("body").path("text").asString().lines()).hasSize(5);
        assertThat(interactive.path("action").path("buttons")).hasSize(3);
        assertThat(GraphDouble.token(message, "Approve")).isEqualTo("t-approve");
        assertThat(GraphDouble.token(message, "Deny")).isEqualTo("t-deny");
        assertThat(GraphDouble.token(message, "Details")).isEqualTo("t-details");
    }

    @Test
    void sendsTheTemplateToWhomWroteNothingForADay() throws SendingFailedException {
        assertThat(channel().ask(ask(Right.APPROVE, false)).form()).isEqualTo("template");
        JsonNode template = sent().path("template");
        assertThat(template.path("name").asString()).isEqualTo("approval_request");
        assertThat(template.path("language").path("code").asString()).isEqualTo("en");
        assertThat(template.path("components").path(0).path("parameters")).hasSize(5);
        JsonNode button = template.path("components").path(1);
        assertThat(button.path("sub_type").asString()).isEqualTo("quick_reply");
        assertThat(button.path("index").asString()).isEqualTo("0");
        assertThat(button.path("parameters").path(0).path("payload").asString()).isEqualTo("t-approve");
    }

    @Test
    void sendsTheTemplateIfTheApiSaysThatItHasToBe() throws SendingFailedException {
        graph.outside(NUMBER);
        assertThat(channel().ask(ask(Right.APPROVE, true)).form()).isEqualTo("template");
        assertThat(graph.requests()).isEqualTo(2);
    }

    @Test
    void sendsNoButtonToApproveOrDenyWithWhatIsForTheConsole() throws SendingFailedException {
        channel().ask(ask(Right.LINK, false));
        assertThat(sent().path("template").path("name").asString()).isEqualTo("approval_link");
        assertThat(sent().path("template").path("components")).hasSize(1);
        channel().ask(ask(Right.DENY, false));
        assertThat(sent().path("template").path("name").asString()).isEqualTo("approval_link");
    }

    @Test
    void saysWhichTemplateIsMissing() {
        graph.outside(NUMBER);
        SendingFailedException failure = catchThrowableOfType(
                SendingFailedException.class,
                () -> channel(GraphDouble.TOKEN, null, null).ask(ask(Right.APPROVE, false)));
        assertThat(failure).hasMessageContaining("WHATSAPP_TEMPLATE");
        assertThat(failure.mayPass()).isFalse();
    }

    /** In a chat asterisks make text bold and are not shown themselves: that would be another command. */
    @Test
    void showsACommandAsCode() throws SendingFailedException {
        Question question = Question.of(
                Approvals.pending("bot", "{\"command\":\"rm *a* ```_b_\"}", null), null, 0, Right.APPROVE, false);
        channel()
                .ask(new Ask(
                        UUID.randomUUID(),
                        new Recipient("alice", NUMBER),
                        question,
                        new Buttons("a", "d", "i"),
                        true,
                        false));
        assertThat(sent().path("interactive")
                        .path("body")
                        .path("text")
                        .asString()
                        .lines())
                .contains("```rm *a* ` ` `_b_```");
    }

    @Test
    void answersInTheChatUnderTheMessage() throws SendingFailedException {
        channel().reply(new Reply(UUID.randomUUID(), new Recipient("alice", NUMBER), null, "Denied.", "wamid.1"));
        assertThat(sent().path("type").asString()).isEqualTo("text");
        assertThat(sent().path("context").path("message_id").asString()).isEqualTo("wamid.1");
        assertThat(sent().path("text").path("preview_url").asBoolean(true)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {130_429, 131_056})
    void takesItsCodesForRateLimitsWhateverTheStatus(int code) {
        graph.failNext(GraphDouble.error(400, code, "too many"));
        SendingFailedException failure = catchThrowableOfType(
                SendingFailedException.class, () -> channel().ask(ask(Right.APPROVE, true)));
        assertThat(failure.mayPass()).isTrue();
    }

    @Test
    void saysThatAnotherTokenIsNeeded() {
        SendingFailedException failure = catchThrowableOfType(
                SendingFailedException.class,
                () -> channel("expired", null, null).ask(ask(Right.APPROVE, true)));
        assertThat(failure.mayPass()).isTrue();
        assertThat(failure).hasMessageContaining("(190)").hasMessageContaining("WHATSAPP_ACCESS_TOKEN");
    }
}
