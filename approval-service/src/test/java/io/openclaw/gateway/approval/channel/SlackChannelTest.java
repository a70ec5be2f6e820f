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
import io.openclaw.gateway.approval.channel.core.Channel.Update;
import io.openclaw.gateway.approval.channel.core.Question;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.approval.channel.slack.SlackChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SlackChannelTest extends ChannelContract {
    private static final Recipient ALICE = new Recipient("alice", "U024BE7LH");

    private final SlackDouble slack = new SlackDouble();

    private SlackChannel channel(String token) {
        return new SlackChannel(
                new SlackChannel.Settings(slack.url(), token, Right.APPROVE),
                new VendorClient(Duration.ofSeconds(30), Clock.systemUTC()));
    }

    @Override
    Channel channel() {
        return channel(SlackDouble.TOKEN);
    }

    @Override
    VendorDouble vendor() {
        return slack;
    }

    @Override
    String address() {
        return "U024BE7LH";
    }

    @Override
    Answer rateLimited() {
        return Answer.of(429, java.util.Map.of("ok", false, "error", "ratelimited"));
    }

    @Override
    Answer refused() {
        return SlackDouble.error("channel_not_found");
    }

    private static Ask ask() {
        return new Ask(
                UUID.randomUUID(),
                ALICE,
                Question.of(
                        Approvals.pending("bot <!channel>", "{\"command\":\"<@U1> & *x*\"}", null),
                        null,
                        0,
                        Right.APPROVE,
                        false),
                new Buttons("t-approve", "t-deny", "t-details"),
                true,
                false);
    }

    @Test
    void sendsBlocksOfPlainTextInWhichNothingIsAMention() throws SendingFailedException {
        assertThat(channel().ask(ask()).id()).isEqualTo("DU024BE7LH:1764237600.000001");
        JsonNode message = slack.taken().getLast().body();
        assertThat(message.path("channel").asString()).isEqualTo("U024BE7LH");
        assertThat(message.path("text").asString()).contains("&lt;!channel&gt;").doesNotContain("<");
        message.path("blocks").forEach(block -> {
            if (!block.path("text").isMissingNode()) {
                assertThat(block.path("text").path("type").asString()).isEqualTo("plain_text");
            }
        });
        assertThat(SlackDouble.token(message, "approve")).isEqualTo("t-approve");
        assertThat(SlackDouble.token(message, "deny")).isEqualTo("t-deny");
        assertThat(SlackDouble.token(message, "details")).isEqualTo("t-details");
    }

    @Test
    void changesTheMessageThatItSentAndTakesItsButtonsAway() throws SendingFailedException {
        Ask ask = ask();
        String receipt = String.valueOf(channel().ask(ask).id());
        channel().update(new Update(UUID.randomUUID(), ALICE, receipt, ask.question(), "Approved by bob (console)."));
        VendorDouble.Request update = slack.taken().getLast();
        assertThat(update.path()).isEqualTo("/chat.update");
        assertThat(update.body().path("channel").asString()).isEqualTo("DU024BE7LH");
        assertThat(update.body().path("ts").asString()).isEqualTo("1764237600.000001");
        assertThat(update.body().path("blocks").toString())
                .contains("Approved by bob (console).")
                .doesNotContain("actions");
    }

    @Test
    void answersInTheThreadOfTheMessage() throws SendingFailedException {
        channel().reply(new Reply(UUID.randomUUID(), ALICE, null, "Denied.", "D1:17.2"));
        JsonNode reply = slack.taken().getLast().body();
        assertThat(reply.path("channel").asString()).isEqualTo("D1");
        assertThat(reply.path("thread_ts").asString()).isEqualTo("17.2");
    }

    @Test
    void saysThatAnotherTokenIsNeeded() {
        SendingFailedException failure = catchThrowableOfType(
                SendingFailedException.class, () -> channel("xoxb-old").ask(ask()));
        assertThat(failure.mayPass()).isTrue();
        assertThat(failure).hasMessageContaining("invalid_auth").hasMessageContaining("SLACK_BOT_TOKEN");
    }
}
