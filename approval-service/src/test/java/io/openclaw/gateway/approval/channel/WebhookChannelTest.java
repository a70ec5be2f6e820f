package io.openclaw.gateway.approval.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openclaw.gateway.approval.channel.VendorDouble.Answer;
import io.openclaw.gateway.approval.channel.core.Approvals;
import io.openclaw.gateway.approval.channel.core.Buttons;
import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Channel.Ask;
import io.openclaw.gateway.approval.channel.core.Channel.Recipient;
import io.openclaw.gateway.approval.channel.core.Question;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.approval.channel.webhook.WebhookChannel;
import io.openclaw.gateway.approval.channel.webhook.WebhookSignature;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class WebhookChannelTest extends ChannelContract {
    private final ProgramDouble program = new ProgramDouble();
    private final WebhookChannel channel = new WebhookChannel(
            new WebhookChannel.Settings(program.url(), new WebhookSignature(ProgramDouble.SECRET), Right.APPROVE),
            new VendorClient(Duration.ofSeconds(30), Clock.systemUTC()),
            Clock.systemUTC());

    @Override
    Channel channel() {
        return channel;
    }

    @Override
    VendorDouble vendor() {
        return program;
    }

    @Override
    String address() {
        return "alice@example.com";
    }

    @Override
    Answer rateLimited() {
        return new Answer(429, Map.of(), "");
    }

    @Override
    Answer refused() {
        return new Answer(410, Map.of(), "");
    }

    /** A program that is deployed anew is not there for a moment. */
    @ParameterizedTest
    @ValueSource(ints = {302, 404, 408, 425, 500, 503})
    void triesAgainWhatMayPass(int status) {
        program.failNext(new Answer(status, Map.of(), ""));
        SendingFailedException failure = catchThrowableOfType(
                SendingFailedException.class,
                () -> channel.ask(new Ask(
                        UUID.randomUUID(),
                        new Recipient("alice", address()),
                        Question.of(Approvals.pending(null), null, 0, Right.APPROVE, false),
                        new Buttons("t-approve", "t-deny", "t-details"),
                        true,
                        false)));
        assertThat(failure.mayPass()).isTrue();
    }

    /** The double takes only what is signed, and refuses an event whose id is not the header's. */
    @Test
    void sendsASignedCloudEvent() throws SendingFailedException {
        Question question = Question.of(Approvals.pending(null), null, 0, Right.APPROVE, false);
        channel.ask(new Ask(
                UUID.randomUUID(),
                new Recipient("alice", address()),
                question,
                new Buttons("t-approve", "t-deny", "t-details"),
                true,
                false));
        VendorDouble.Request request = program.taken().getLast();
        assertThat(request.headers().get("content-type")).startsWith("application/cloudevents+json");
        JsonNode event = request.body();
        assertThat(event.path("specversion").asString()).isEqualTo("1.0");
        assertThat(event.path("type").asString()).isEqualTo(WebhookChannel.REQUESTED);
        assertThat(event.path("subject").asString())
                .isEqualTo(question.approval().toString());
        assertThat(event.path("data").path("digest").asString()).isEqualTo(question.digest());
        assertThat(event.path("data").path("approver").asString()).isEqualTo("alice@example.com");
        assertThat(event.path("data").path("tokens").path("approve").asString()).isEqualTo("t-approve");
        assertThat(event.path("data").path("may").asString()).isEqualTo("approve");
    }
}
