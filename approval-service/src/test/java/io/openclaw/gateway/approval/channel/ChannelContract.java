package io.openclaw.gateway.approval.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openclaw.gateway.approval.channel.VendorDouble.Answer;
import io.openclaw.gateway.approval.channel.core.Approvals;
import io.openclaw.gateway.approval.channel.core.Buttons;
import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Channel.Ask;
import io.openclaw.gateway.approval.channel.core.Channel.Receipt;
import io.openclaw.gateway.approval.channel.core.Channel.Recipient;
import io.openclaw.gateway.approval.channel.core.Channel.Reply;
import io.openclaw.gateway.approval.channel.core.Channel.Update;
import io.openclaw.gateway.approval.channel.core.Question;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.json.Json;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every channel does, whoever the vendor is. */
abstract class ChannelContract {
    private static final Buttons ALL = new Buttons("token-approve", "token-deny", "token-details");

    /** Returns the channel, which sends to the double. */
    abstract Channel channel();

    abstract VendorDouble vendor();

    /** Returns an address of a person. */
    abstract String address();

    /** Returns what the vendor answers to somebody who sends too much. */
    abstract Answer rateLimited();

    /** Returns what the vendor answers to a message that it will never take. */
    abstract Answer refused();

    @AfterEach
    void stop() {
        vendor().close();
    }

    private Recipient alice() {
        return new Recipient("alice", address());
    }

    private Ask ask(Right right, Buttons buttons) {
        return new Ask(
                UUID.randomUUID(),
                alice(),
                Question.of(
                        Approvals.pending(null, Approvals.reason("files/delete", Severity.MEDIUM)),
                        "https://gateway.example.com",
                        2,
                        right,
                        false),
                buttons,
                true,
                false);
    }

    private SendingFailedException failure() {
        return catchThrowableOfType(
                SendingFailedException.class, () -> channel().ask(ask(Right.APPROVE, ALL)));
    }

    private String sent() {
        return vendor().taken().getLast().raw();
    }

    @Test
    void asksWithTheCallInFiveLinesAndAllButtons() throws SendingFailedException {
        Ask ask = ask(Right.APPROVE, ALL);
        Receipt receipt = channel().ask(ask);
        assertThat(receipt.id()).isNotEmpty();
        assertThat(vendor().taken()).hasSize(1);
        assertThat(sent())
                .contains(
                        address(),
                        "build-bot",
                        "openclaw/exec",
                        "rm -r build",
                        "because of files/delete",
                        ask.question().digest().substring(0, 12),
                        "https://gateway.example.com/console/approvals/",
                        "token-approve",
                        "token-deny",
                        "token-details");
    }

    @Test
    void leavesOutTheButtonsThatAreNotGiven() throws SendingFailedException {
        channel().ask(ask(Right.DENY, new Buttons(null, "token-deny", "token-details")));
        assertThat(sent()).contains("token-deny", "token-details").doesNotContain("Approve\"", "token-approve");
        channel().ask(ask(Right.LINK, new Buttons(null, null, "token-details")));
        assertThat(sent()).contains("token-details").doesNotContain("token-deny", "token-approve");
    }

    /** The double refuses what is longer than the vendor's documentation allows. */
    @Test
    void staysWithinTheVendorsLimitsWhateverAnAgentSends() throws SendingFailedException {
        Question question = Question.of(
                Approvals.pending(
                        "🦞".repeat(300),
                        "{\"command\":"
                                + Json.MAPPER.writeValueAsString("<!channel> *_~` \u202E\n\t" + "🦞 & ".repeat(5_000))
                                + "}",
                        null,
                        Approvals.reason("r/" + "🦞".repeat(2_000), Severity.HIGH)),
                "https://gateway.example.com/" + "p".repeat(100),
                12_345,
                Right.APPROVE,
                true);
        channel().ask(new Ask(UUID.randomUUID(), alice(), question, ALL, true, false));
        channel().reply(new Reply(UUID.randomUUID(), alice(), null, "🦞".repeat(3_400), null));
        assertThat(vendor().taken()).hasSize(2);
        assertThat(vendor().taken().getFirst().raw()).contains("[U+202E]").doesNotContain("\u202E");
    }

    @Test
    void answersAPress() throws SendingFailedException {
        String question = String.valueOf(channel().ask(ask(Right.APPROVE, ALL)).id());
        channel().reply(new Reply(UUID.randomUUID(), alice(), UUID.randomUUID(), "Approved: it runs now.", question));
        assertThat(sent()).contains("Approved: it runs now.");
    }

    @Test
    void changesWhatItSentOrSaysThatItDoesNot() throws SendingFailedException {
        Ask ask = ask(Right.APPROVE, ALL);
        String question = String.valueOf(channel().ask(ask).id());
        var update = new Update(UUID.randomUUID(), alice(), question, ask.question(), "Denied by bob.");
        if (channel().updates()) {
            channel().update(update);
            assertThat(sent()).contains("Denied by bob.").doesNotContain("token-");
        } else {
            assertThatThrownBy(() -> channel().update(update)).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "0"})
    void saysHowLongTheVendorWantsToBeLeftAlone(String seconds) {
        vendor().failNext(rateLimited().with("Retry-After", seconds));
        SendingFailedException failure = failure();
        assertThat(failure.mayPass()).isTrue();
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(Long.parseLong(seconds)));
    }

    @Test
    void saysThatItIsToComeAgainIfTheVendorDoesNotSayWhen() {
        vendor().failNext(rateLimited().with("Retry-After", "soon"));
        assertThat(failure().mayPass()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503})
    void saysThatAFaultOfTheVendorMayPass(int status) {
        vendor().failNext(new Answer(status, Map.of(), "<html>no JSON</html>"));
        SendingFailedException failure = failure();
        assertThat(failure.mayPass()).isTrue();
        assertThat(failure).hasMessageContaining(Integer.toString(status));
    }

    @Test
    void saysThatAVendorWhoIsAwayMayComeBack() {
        vendor().close();
        SendingFailedException failure = failure();
        assertThat(failure.mayPass()).isTrue();
        assertThat(failure).hasMessageContaining("cannot be reached");
    }

    @Test
    void saysThatAMessageWhichIsRefusedIsRefusedForGood() {
        vendor().failNext(refused());
        assertThat(failure().mayPass()).isFalse();
    }

    @Test
    void neverSaysItsSecrets() {
        vendor().failNext(refused());
        assertThat(failure().getMessage()).doesNotContain("EAAG-test", "xoxb-test", "whsec_", "token-approve");
    }
}
