package io.openclaw.gateway.approval.channel;

import static io.openclaw.gateway.approval.channel.Bench.ALICE;
import static io.openclaw.gateway.approval.channel.Bench.ALICE_IN_SLACK;
import static io.openclaw.gateway.approval.channel.Bench.BOB;
import static io.openclaw.gateway.approval.channel.Bench.BOB_IN_SLACK;
import static io.openclaw.gateway.approval.channel.Bench.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclaw.gateway.approval.channel.VendorDouble.Answer;
import io.openclaw.gateway.approval.channel.core.Answer.Kind;
import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Delivery;
import io.openclaw.gateway.approval.channel.core.Hours;
import io.openclaw.gateway.approval.channel.core.Message.State;
import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.approval.channel.core.Rights;
import io.openclaw.gateway.approval.channel.core.Routing;
import io.openclaw.gateway.approval.channel.core.Tokens;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Ending;
import io.openclaw.gateway.approval.persistence.PeopleStore.Delegation;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.ApprovalTerms.Requirement;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.event.ApprovalChanged;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.ConsoleActed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Calls are asked about, and decided, through channels; on a real database. */
class ChannelsIT {
    private final Bench bench = new Bench();
    private final Channel whatsApp = bench.whatsApp();
    private final Sender sender = bench.sender(whatsApp);

    @AfterEach
    void close() {
        bench.close();
    }

    private void alsoBob() {
        bench.contact("bob", Map.of("whatsapp", BOB, "slack", BOB_IN_SLACK), null);
    }

    private void ask() throws InterruptedException {
        bench.outreach(whatsApp).pass();
        sender.pass();
    }

    private JsonNode message(String number) {
        return bench.graph.taken().stream()
                .map(VendorDouble.Request::body)
                .filter(body -> body.path("to").asString("").equals(number)
                        && !body.path("type").asString("").equals("text"))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private String token(String number, String title) {
        return GraphDouble.token(message(number), title);
    }

    /** Returns what was answered in chats, after what is in the outbox was sent. */
    private List<String> replies() throws InterruptedException {
        sender.pass();
        return bench.graph.taken().stream()
                .filter(request -> request.body().path("type").asString("").equals("text"))
                .map(request -> request.body().path("text").path("body").asString(""))
                .toList();
    }

    private Delivery delivery(UUID id) {
        return bench.store.deliveries(id).getFirst();
    }

    private void recorded(String action, String part) {
        await().atMost(30, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(bench.record())
                        .anyMatch(acted -> acted.action().equals(action)
                                && (acted.person() + " " + acted.subject() + " " + acted.details()).contains(part)));
    }

    @Nested
    class APress {
        @Test
        void decidesAndIsConfirmedInTheChat() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Approve")));
            Approval approval = bench.approval(id);
            assertThat(approval.status()).isEqualTo(Status.APPROVED);
            assertThat(approval.decidedBy()).isEqualTo("alice");
            assertThat(approval.channel()).isEqualTo("whatsapp");
            assertThat(approval.verdict().reasons().getFirst().text()).isEqualTo("approved by alice (whatsapp)");
            assertThat(bench.published(id)).hasAtLeastOneElementOfType(CallCleared.class);
            assertThat(bench.published(id))
                    .filteredOn(ApprovalChanged.class::isInstance)
                    .last()
                    .isInstanceOfSatisfying(
                            ApprovalChanged.class,
                            changed -> assertThat(changed.channel()).isEqualTo("whatsapp"));
            assertThat(replies()).singleElement().asString().startsWith("Approved: openclaw/exec");
            recorded("channel.decided", "whatsapp: Approved");
        }

        @Test
        void denies() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.deliver(GraphDouble.pressOnTemplate("wamid.in", ALICE, token(ALICE, "Deny")));
            assertThat(bench.approval(id).ending()).isEqualTo(Ending.DENIED);
            assertThat(bench.published(id)).hasAtLeastOneElementOfType(CallCompleted.class);
            assertThat(replies()).singleElement().asString().startsWith("Denied: openclaw/exec");
        }

        @Test
        void sendsTheWholeCallAndDecidesNothing() throws Exception {
            UUID id = bench.escalate("echo " + "long ".repeat(100) + "end", Severity.MEDIUM, null);
            ask();
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Details")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
            assertThat(replies())
                    .singleElement()
                    .asString()
                    .contains("long end", bench.approval(id).digest(), "clean up", "files/delete");
        }

        @Test
        void countsOnceHoweverOftenItIsDelivered() throws Exception {
            UUID id = bench.escalate();
            ask();
            GraphDouble.Delivery press = bench.graph.press(ALICE, token(ALICE, "Approve"));
            for (int i = 0; i < 5; i++) {
                bench.deliver(press);
            }
            assertThat(bench.published(id).stream().filter(CallCleared.class::isInstance))
                    .hasSize(1);
            assertThat(replies()).hasSize(1);
        }

        /** Another press, with a message id of its own, of the token that was used. */
        @Test
        void findsItsButtonUsed() throws Exception {
            var two = new ApprovalTerms(List.of(new Requirement(null, 2)), null);
            UUID id = bench.escalate("deploy", Severity.MEDIUM, two);
            ask();
            String token = token(ALICE, "Approve");
            bench.deliver(bench.graph.press(ALICE, token));
            assertThat(replies()).singleElement().asString().contains("Your yes counts", "1 more person");
            bench.deliver(bench.graph.press(ALICE, token));
            assertThat(bench.approval(id).votes()).hasSize(1);
            assertThat(replies()).hasSize(2).last().asString().contains("used before");
        }

        @Test
        void ofAButtonOfSomebodyElseDecidesNothing() throws Exception {
            alsoBob();
            UUID id = bench.escalate();
            ask();
            bench.deliver(bench.graph.press(BOB, token(ALICE, "Approve")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
            assertThat(replies()).singleElement().asString().contains("somebody else");
            recorded("channel.not-yours", "bob");
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Approve")));
            assertThat(bench.approval(id).decidedBy())
                    .as("the token was not used up")
                    .isEqualTo("alice");
        }

        @Test
        void ofATokenThatNobodyMadeDecidesNothing() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.deliver(bench.graph.press(ALICE, new Tokens().next()));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
            recorded("channel.unknown-button", "alice");
        }

        @Test
        void ofATokenOfAnotherChannelDecidesNothing() throws Exception {
            UUID id = bench.escalate();
            ask();
            assertThat(bench.press(bench.slack.press(ALICE_IN_SLACK, token(ALICE, "Approve"), NOW)))
                    .hasValueSatisfying(answer -> assertThat(answer.kind()).isEqualTo(Kind.UNKNOWN_BUTTON));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
        }

        @Test
        void ofANumberOnNoListIsIgnoredAndOnRecord() throws Exception {
            UUID id = bench.escalate();
            ask();
            for (int i = 0; i < 3; i++) {
                bench.deliver(bench.graph.press("4915199999999", token(ALICE, "Approve")));
            }
            bench.deliver(GraphDouble.text("wamid.text", "4915199999999"));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
            assertThat(replies()).isEmpty();
            recorded("channel.ignored", "…9999");
            assertThat(bench.record().stream().map(ConsoleActed::action).filter("channel.ignored"::equals))
                    .as("a stranger does not fill the record")
                    .hasSize(1);
        }

        @Test
        void afterTheTimeIsToldSo() throws Exception {
            UUID id = bench.escalate();
            ask();
            String token = token(ALICE, "Approve");
            bench.clock.advance(Duration.ofMinutes(15));
            bench.deliver(bench.graph.press(ALICE, token));
            bench.approvals.expire(bench.clock.instant());
            assertThat(bench.approval(id).status()).isEqualTo(Status.EXPIRED);
            assertThat(replies()).singleElement().asString().contains("expired at 10:15 UTC; nothing ran");
        }

        @Test
        void afterAnotherDecisionIsToldWhoseItWas() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.decideAtConsole(id, "deny", "bob");
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Approve")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.DENIED);
            assertThat(replies())
                    .singleElement()
                    .asString()
                    .startsWith("Already decided by bob: denied at 10:00 UTC (console).");
            recorded("channel.late", "alice");
        }

        @Test
        void ofSomebodyWhoMayNotApproveAnyMoreDecidesNothing() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.approvers.remove("alice");
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Approve")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
            recorded("channel.refused", "alice");
        }

        /** The token is for the digest that was shown; whatever happens to the row, another call is not approved. */
        @Test
        void isForTheDigestThatWasShown() throws Exception {
            UUID id = bench.escalate();
            ask();
            Bench.JDBC
                    .sql("update approval.approvals set digest = 'another' where call_id = ?")
                    .param(id)
                    .update();
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Approve")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
            assertThat(replies()).singleElement().asString().contains("another");
        }

        @Test
        void isDecidedAboutLaterIfItCouldNotBeAtOnce() throws Exception {
            UUID id = bench.escalate();
            ask();
            var press = new Press("whatsapp", "wamid.kept", ALICE, Tokens.hash(token(ALICE, "Approve")), null, null);
            assertThat(bench.store.receive(press, bench.clock.instant())).isTrue();
            bench.store.claim(
                    press, bench.clock.instant(), bench.clock.instant().plusSeconds(120));
            bench.clock.advance(Duration.ofSeconds(119));
            bench.presses().pass();
            assertThat(bench.approval(id).status())
                    .as("another instance works on it")
                    .isEqualTo(Status.PENDING);
            bench.clock.advance(Duration.ofSeconds(1));
            bench.presses().pass();
            assertThat(bench.approval(id).status()).isEqualTo(Status.APPROVED);
        }

        @Test
        void carriesAReasonWhereTheChannelTakesOne() throws Exception {
            bench.contact("alice", Map.of("webhook", "alice@example.com"), null);
            UUID id = bench.escalate();
            Channel webhook = bench.webhook();
            bench.outreach(webhook).pass();
            bench.sender(webhook).pass();
            String token = bench.program
                    .taken()
                    .getLast()
                    .body()
                    .path("data")
                    .path("tokens")
                    .path("deny")
                    .asString("");
            bench.decide(ProgramDouble.decision("e1", "alice@example.com", token, NOW));
            assertThat(bench.approval(id).reason()).isEqualTo("seen it");
        }
    }

    @Nested
    class WhatMayBeAnswered {
        @Test
        void isALinkToTheConsoleForWhatIsCritical() throws Exception {
            bench.escalate("rm -rf /data", Severity.CRITICAL, null);
            bench.store.heard("whatsapp", ALICE, NOW);
            ask();
            assertThat(token(ALICE, "Approve")).isEmpty();
            assertThat(token(ALICE, "Deny")).isEmpty();
            assertThat(token(ALICE, "Details")).isNotEmpty();
            assertThat(message(ALICE).toString()).contains("Decide only at the console: https://gateway.example.com");
        }

        /** The message was sent under other settings: those of now hold. */
        @Test
        void isLookedAtWhenAButtonIsPressed() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.rights = new Rights(bench.rights.bySeverity(), List.of(Rights.Rule.of("whatsapp:files/*=deny")));
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Approve")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
            assertThat(replies()).singleElement().asString().contains("Approve only at the console");
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Deny")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.DENIED);
        }

        @Test
        void isNotTheirOwnCallAloneWhereFourEyesAreWanted() throws Exception {
            alsoBob();
            UUID id = bench.escalate(
                    "deploy",
                    Severity.MEDIUM,
                    new ApprovalTerms(List.of(new Requirement(null, 1)), null, List.of("alice"), null));
            ask();
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Approve")));
            assertThat(bench.approval(id).status())
                    .as("alice alone is not enough")
                    .isEqualTo(Status.PENDING);
            bench.deliver(bench.graph.press(BOB, token(BOB, "Approve")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.APPROVED);
            assertThat(bench.approval(id).decidedBy()).isEqualTo("alice, bob");
            assertThat(bench.approval(id).votes())
                    .extracting(Approval.Vote::channel)
                    .containsExactly("whatsapp", "whatsapp");
        }
    }

    @Nested
    class TheOutbox {
        @Test
        void asksEachApproverOnce() throws Exception {
            alsoBob();
            UUID id = bench.escalate();
            ask();
            ask();
            bench.clock.advance(Duration.ofMinutes(2));
            ask();
            assertThat(bench.graph.taken()).hasSize(2);
            assertThat(bench.store.deliveries(id))
                    .extracting(Delivery::approver)
                    .containsExactly("alice", "bob");
        }

        @Test
        void asksNobodyWhoAnsweredBeforeItCouldBeSent() throws Exception {
            alsoBob();
            var two = new ApprovalTerms(List.of(new Requirement(null, 2)), null);
            UUID id = bench.escalate("deploy", Severity.MEDIUM, two);
            bench.outreach(whatsApp).pass();
            bench.decideAtConsole(id, "approve", "alice");
            sender.pass();
            assertThat(bench.graph.taken()).hasSize(1);
            assertThat(delivery(id).state()).isEqualTo(State.TOO_LATE);
        }

        @Test
        void keepsNoToken() throws Exception {
            bench.escalate();
            ask();
            String token = token(ALICE, "Approve");
            assertThat(Bench.JDBC
                            .sql("select count(*) from approval.tokens where hash = ?")
                            .param(token)
                            .query(Long.class)
                            .single())
                    .isZero();
            assertThat(Bench.JDBC
                            .sql("select count(*) from approval.tokens where hash = ?")
                            .param(Tokens.hash(token))
                            .query(Long.class)
                            .single())
                    .isEqualTo(1);
        }

        @Test
        void sendsWhatAnInstanceLeftThatDiedWhileSending() throws Exception {
            UUID id = bench.escalate();
            bench.outreach(whatsApp).pass();
            assertThat(bench.store.claim(
                            "whatsapp",
                            bench.clock.instant(),
                            bench.clock.instant().plusSeconds(120),
                            8))
                    .hasSize(1);
            sender.pass();
            assertThat(bench.graph.taken()).as("the claim holds").isEmpty();
            bench.clock.advance(Duration.ofSeconds(121));
            bench.sender(whatsApp).pass();
            assertThat(bench.graph.taken()).hasSize(1);
            assertThat(delivery(id).state()).isEqualTo(State.SENT);
        }

        @Test
        void leavesTheVendorAloneAsLongAsItWants() throws Exception {
            UUID id = bench.escalate();
            bench.graph.failNext(
                    GraphDouble.error(429, 130_429, "Rate limit hit").with("Retry-After", "120"));
            ask();
            assertThat(delivery(id).words()).isEqualTo("not sent after 1 try, is tried again");
            assertThat(delivery(id).problem()).contains("130429");
            bench.clock.advance(Duration.ofSeconds(119));
            sender.pass();
            bench.sender(whatsApp).pass();
            assertThat(bench.graph.requests()).isEqualTo(1);
            bench.clock.advance(Duration.ofSeconds(1));
            sender.pass();
            assertThat(delivery(id).state()).isEqualTo(State.SENT);
            assertThat(delivery(id).problem()).isNull();
        }

        /** Away for an hour: what was decided meanwhile is said to be too late, what still waits is sent. */
        @Test
        void sendsWhenTheVendorIsBackOrSaysThatItIsTooLate() throws Exception {
            bench.graph.failing(Answer.of(503, Map.of()));
            UUID decided = bench.escalate();
            UUID waiting = bench.escalate("deploy", Severity.MEDIUM, new ApprovalTerms(List.of(), 7_200L));
            for (int minute = 0; minute < 60; minute++) {
                ask();
                bench.clock.advance(Duration.ofMinutes(1));
                if (minute == 5) {
                    bench.decideAtConsole(decided, "approve", "bob");
                    assertThat(bench.approval(decided).status()).isEqualTo(Status.APPROVED);
                }
            }
            bench.outreach(whatsApp).pass();
            assertThat(delivery(decided).state()).isEqualTo(State.TOO_LATE);
            assertThat(delivery(decided).problem()).contains("approved before this could be sent", "503");
            assertThat(delivery(waiting).state()).isEqualTo(State.QUEUED);
            bench.graph.failing(null);
            bench.clock.advance(Duration.ofMinutes(2));
            sender.pass();
            assertThat(delivery(waiting).state()).isEqualTo(State.SENT);
            bench.deliver(bench.graph.press(ALICE, token(ALICE, "Approve")));
            assertThat(bench.approval(waiting).status()).isEqualTo(Status.APPROVED);
        }

        @Test
        void givesUpOnlyWhatIsRefusedForGood() throws Exception {
            UUID id = bench.escalate();
            bench.graph.failNext(GraphDouble.error(400, 131_026, "Message undeliverable"));
            ask();
            assertThat(delivery(id).state()).isEqualTo(State.FAILED);
            assertThat(delivery(id).problem()).contains("131026");
        }

        @Test
        void asksNobodyMoreThanOnceAMinuteAboutCallsThatAreAlike() throws Exception {
            for (int i = 0; i < 5; i++) {
                bench.escalate("git push origin branch-" + i, Severity.MEDIUM, null);
            }
            UUID other = bench.escalate("rm -r build", Severity.MEDIUM, null);
            ask();
            assertThat(bench.graph.taken()).hasSize(2);
            assertThat(message(ALICE)).isNotNull();
            assertThat(bench.graph.taken().stream()
                            .map(request -> request.body().toString())
                            .filter(text -> text.contains("git push")))
                    .singleElement()
                    .asString()
                    .contains("(+ 4 more like it)");
            assertThat(delivery(other).state()).isEqualTo(State.SENT);
            bench.clock.advance(Duration.ofSeconds(59));
            ask();
            assertThat(bench.graph.taken()).hasSize(2);
            for (int minute = 0; minute < 4; minute++) {
                bench.clock.advance(Duration.ofSeconds(60));
                ask();
                assertThat(bench.graph.taken()).hasSize(3 + minute);
            }
        }
    }

    @Nested
    class WhatWhatsAppSaysOfMessages {
        private String receipt(UUID id) {
            return Bench.JDBC
                    .sql("select receipt from approval.messages where call_id = ? and kind = 'ASK'")
                    .param(id)
                    .query(String.class)
                    .single();
        }

        @Test
        void isShownInWhateverOrderItComes() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.deliver(GraphDouble.status(receipt(id), "read", 0));
            bench.deliver(GraphDouble.status(receipt(id), "delivered", 0));
            bench.deliver(GraphDouble.status(receipt(id), "sent", 0));
            assertThat(delivery(id).status()).isEqualTo("read");
            assertThat(delivery(id).words()).isEqualTo("read (template)");
        }

        @Test
        void isShownIfItComesBeforeTheAnswerThatNamesTheMessage() throws Exception {
            UUID id = bench.escalate();
            bench.deliver(GraphDouble.status("wamid.out.1", "delivered", 0));
            ask();
            assertThat(delivery(id).status()).isEqualTo("delivered");
        }

        @Test
        void makesACallSeenOnceItIsRead() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.deliver(GraphDouble.status(receipt(id), "read", 0));
            bench.approvals.expire(NOW.plus(Duration.ofHours(1)));
            assertThat(bench.approval(id).ending()).isEqualTo(Ending.TIMED_OUT);
        }

        @Test
        void sendsTheTemplateIfThePersonWroteNothingForADayAfterAll() throws Exception {
            bench.store.heard("whatsapp", ALICE, NOW);
            UUID id = bench.escalate();
            ask();
            assertThat(message(ALICE).path("type").asString()).isEqualTo("interactive");
            bench.deliver(GraphDouble.status(receipt(id), "failed", 131_047));
            assertThat(delivery(id).state()).isEqualTo(State.QUEUED);
            bench.clock.advance(Duration.ofSeconds(61));
            sender.pass();
            assertThat(message(ALICE).path("type").asString()).isEqualTo("template");
            assertThat(delivery(id).words()).isEqualTo("sent (template)");
            bench.deliver(GraphDouble.pressOnTemplate("wamid.in", ALICE, token(ALICE, "Approve")));
            assertThat(bench.approval(id).status()).isEqualTo(Status.APPROVED);
        }

        /** WhatsApp takes a message for somebody outside of the 24 hours, and says only then that it cannot be delivered. */
        @Test
        void isSentOnceWithoutATemplateForThatAndFailsWithTheReason() throws Exception {
            bench.template = null;
            Channel bare = bench.whatsApp();
            Sender bareSender = bench.sender(bare);
            UUID id = bench.escalate();
            bench.outreach(bare).pass();
            bareSender.pass();
            bench.deliver(GraphDouble.status(receipt(id), "failed", 131_047));
            for (int minute = 0; minute < 5; minute++) {
                bench.clock.advance(Duration.ofSeconds(61));
                bareSender.pass();
            }
            assertThat(bench.graph.taken()).hasSize(1);
            assertThat(delivery(id).state()).isEqualTo(State.FAILED);
            assertThat(delivery(id).problem()).contains("WHATSAPP_TEMPLATE");
        }

        @Test
        void isAFailureThatIsShown() throws Exception {
            UUID id = bench.escalate();
            ask();
            bench.deliver(GraphDouble.status(receipt(id), "failed", 131_026));
            assertThat(delivery(id).state()).isEqualTo(State.FAILED);
            assertThat(delivery(id).problem()).contains("131026");
        }
    }

    @Nested
    class Slack {
        private final Channel slack = bench.slackChannel();
        private final Sender slackSender = bench.sender(slack);

        private void askInSlack() throws InterruptedException {
            bench.outreach(slack).pass();
            slackSender.pass();
        }

        private String slackToken(String action) {
            return SlackDouble.token(bench.slack.taken().getLast().body(), action);
        }

        @Test
        void decidesAndItsMessageSaysSo() throws Exception {
            UUID id = bench.escalate();
            askInSlack();
            assertThat(bench.press(bench.slack.press(ALICE_IN_SLACK, slackToken("approve"), NOW)))
                    .hasValueSatisfying(answer -> assertThat(answer.kind()).isEqualTo(Kind.DECIDED));
            assertThat(bench.approval(id).channel()).isEqualTo("slack");
            askInSlack();
            assertThat(bench.slack.taken())
                    .filteredOn(request -> request.path().equals("/chat.update"))
                    .singleElement()
                    .satisfies(request -> assertThat(request.body().toString())
                            .contains("Approved by alice (slack) at 10:00 UTC.")
                            .doesNotContain("\"actions\""));
        }

        @Test
        void changesTheMessagesOfOthersWhenSomebodyDecidesElsewhere() throws Exception {
            alsoBob();
            UUID id = bench.escalate();
            askInSlack();
            bench.decideAtConsole(id, "deny", "carol");
            askInSlack();
            askInSlack();
            assertThat(bench.slack.taken())
                    .filteredOn(request -> request.path().equals("/chat.update"))
                    .hasSize(2)
                    .allSatisfy(request -> assertThat(request.body().toString()).contains("Denied by carol (console)"));
        }

        @Test
        void changesEachMessageOfSomebodyWhoWasAskedOnceMore() throws Exception {
            bench.routing = new Routing(List.of(), List.of(), Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5), 1);
            UUID id = bench.escalate();
            askInSlack();
            bench.clock.advance(Duration.ofMinutes(5));
            askInSlack();
            bench.decideAtConsole(id, "deny", "carol");
            askInSlack();
            askInSlack();
            assertThat(bench.slack.taken())
                    .filteredOn(request -> request.path().equals("/chat.update"))
                    .extracting(request -> request.body().path("ts").asString())
                    .doesNotHaveDuplicates()
                    .hasSize(2);
        }

        @Test
        void isNotAskedTooMuch() throws Exception {
            UUID id = bench.escalate();
            bench.slack.failNext(
                    Answer.of(429, Map.of("ok", false, "error", "ratelimited")).with("Retry-After", "30"));
            askInSlack();
            bench.clock.advance(Duration.ofSeconds(29));
            askInSlack();
            assertThat(bench.slack.requests()).isEqualTo(1);
            bench.clock.advance(Duration.ofSeconds(1));
            askInSlack();
            assertThat(delivery(id).state()).isEqualTo(State.SENT);
        }
    }

    @Nested
    class Programs {
        private final Channel webhook = bench.webhook();

        private JsonNode asked() throws InterruptedException {
            bench.outreach(webhook).pass();
            bench.sender(webhook).pass();
            return bench.program.taken().getLast().body().path("data");
        }

        @Test
        void decideWithAReasonAndGetTheSameAnswerAgain() throws Exception {
            UUID id = bench.escalate();
            String token = asked().path("tokens").path("deny").asString("");
            ProgramDouble.Decision decision = ProgramDouble.decision("e1", "alice@example.com", token, NOW);
            assertThat(bench.decide(decision))
                    .hasValueSatisfying(answer -> assertThat(answer.kind()).isEqualTo(Kind.DECIDED));
            assertThat(bench.decide(decision))
                    .as("a replay")
                    .hasValueSatisfying(answer -> assertThat(answer.kind()).isEqualTo(Kind.DECIDED));
            assertThat(bench.decide(ProgramDouble.decision("e2", "alice@example.com", token, NOW)))
                    .hasValueSatisfying(answer -> assertThat(answer.kind()).isEqualTo(Kind.LATE));
            assertThat(bench.approval(id).channel()).isEqualTo("webhook");
            assertThat(bench.approval(id).reason()).isEqualTo("seen it");
            assertThat(bench.published(id).stream().filter(CallCompleted.class::isInstance))
                    .hasSize(1);
        }

        @Test
        void anIdThatCameBeforeIsNoOtherDecision() throws Exception {
            UUID first = bench.escalate();
            String token = asked().path("tokens").path("deny").asString("");
            bench.decide(ProgramDouble.decision("e1", "alice@example.com", token, NOW));
            bench.clock.advance(Duration.ofMinutes(2));
            UUID second = bench.escalate();
            String other = asked().path("tokens").path("approve").asString("");
            assertThat(other).isNotEqualTo(token);
            assertThat(bench.decide(ProgramDouble.decision("e1", "alice@example.com", other, bench.clock.instant())))
                    .hasValueSatisfying(answer -> assertThat(answer.kind()).isEqualTo(Kind.REFUSED));
            assertThat(bench.approval(first).status()).isEqualTo(Status.DENIED);
            assertThat(bench.approval(second).status()).isEqualTo(Status.PENDING);
        }

        @Test
        void cannotDecideForSomebodyElse() throws Exception {
            bench.contact("bob", Map.of("webhook", "bob@example.com"), null);
            UUID id = bench.escalate();
            asked();
            String tokenOfAlice = bench.program.taken().stream()
                    .map(request -> request.body().path("data"))
                    .filter(data -> data.path("person").asString("").equals("alice"))
                    .findFirst()
                    .orElseThrow()
                    .path("tokens")
                    .path("approve")
                    .asString("");
            assertThat(bench.decide(ProgramDouble.decision("e1", "bob@example.com", tokenOfAlice, NOW)))
                    .hasValueSatisfying(answer -> assertThat(answer.kind()).isEqualTo(Kind.NOT_YOURS));
            assertThat(bench.decide(ProgramDouble.decision("e2", "eve@example.com", tokenOfAlice, NOW)))
                    .hasValueSatisfying(answer -> assertThat(answer.kind()).isEqualTo(Kind.UNKNOWN_SENDER));
            assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
        }

        @Test
        void areToldWhatWasDecided() throws Exception {
            UUID id = bench.escalate();
            String requested = asked().path("approval").asString("");
            assertThat(requested).isEqualTo(id.toString());
            bench.decideAtConsole(id, "approve", "bob");
            JsonNode decided = asked();
            assertThat(decided.path("outcome").asString("")).startsWith("Approved by bob (console)");
        }
    }

    @Nested
    class WhoIsAsked {
        @Test
        void isRemindedIfThereIsNoAnswer() throws Exception {
            bench.routing = new Routing(List.of(), List.of(), Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5), 1);
            UUID id = bench.escalate();
            ask();
            String first = token(ALICE, "Approve");
            bench.clock.advance(Duration.ofMinutes(5));
            ask();
            assertThat(message(ALICE).toString()).contains("Still waiting");
            assertThat(delivery(id).words()).isEqualTo("sent (template), reminded once");
            bench.clock.advance(Duration.ofMinutes(5));
            ask();
            assertThat(bench.graph.taken()).hasSize(2);
            bench.deliver(bench.graph.press(ALICE, first));
            assertThat(bench.approval(id).status())
                    .as("the first message still works")
                    .isEqualTo(Status.APPROVED);
        }

        /** The question stays where it is: it can be answered, and the call is not one that nobody could be reached about. */
        @Test
        void isAskedStillIfTheReminderIsRefused() throws Exception {
            bench.routing = new Routing(List.of(), List.of(), Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5), 1);
            bench.endsUnreachable = true;
            UUID id = bench.escalate();
            ask();
            String first = token(ALICE, "Approve");
            bench.clock.advance(Duration.ofMinutes(5));
            bench.graph.failNext(GraphDouble.error(400, 131_026, "Message undeliverable"));
            ask();
            assertThat(delivery(id).state()).isEqualTo(State.SENT);
            assertThat(delivery(id).problem()).contains("131026");
            bench.clock.advance(Duration.ofMinutes(1));
            ask();
            assertThat(bench.store.unreachableSince(id)).isEmpty();
            assertThat(bench.approval(id).isOpenAt(bench.clock.instant())).isTrue();
            bench.deliver(bench.graph.press(ALICE, first));
            assertThat(bench.approval(id).status()).isEqualTo(Status.APPROVED);
        }

        @Test
        void isNobodyWhoMayNotApproveAnyMore() throws Exception {
            bench.routing = new Routing(List.of(), List.of(), Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5), 1);
            bench.escalate();
            ask();
            bench.approvers.remove("alice");
            bench.clock.advance(Duration.ofMinutes(5));
            ask();
            assertThat(bench.graph.taken()).hasSize(1);
        }

        @Test
        void isWhoStandsIn() throws Exception {
            alsoBob();
            bench.people.insert(
                    new Delegation(UUID.randomUUID(), "alice", "bob", NOW, NOW.plus(Duration.ofDays(1))), NOW);
            bench.routing =
                    new Routing(List.of("alice"), List.of(), Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5), 0);
            UUID id = bench.escalate();
            ask();
            assertThat(bench.store.deliveries(id))
                    .extracting(Delivery::approver)
                    .containsExactly("bob");
        }

        @Test
        void isNobodyOutsideOfTheirHours() throws Exception {
            bench.contact("alice", Map.of("whatsapp", ALICE), Hours.of("FRI 11:00-12:00"));
            UUID id = bench.escalate("deploy", Severity.MEDIUM, new ApprovalTerms(List.of(), 7_200L));
            ask();
            assertThat(bench.store.deliveries(id)).isEmpty();
            assertThat(bench.store.unreachableSince(id)).contains(NOW);
            recorded("channel.unreachable", id.toString());
            bench.clock.advance(Duration.ofHours(1));
            ask();
            assertThat(delivery(id).state()).isEqualTo(State.SENT);
        }

        @Test
        void isNobodyAndTheCallEndsIfThatIsSet() throws Exception {
            bench.contacts.clear();
            bench.endsUnreachable = true;
            UUID id = bench.escalate();
            UUID seen = bench.escalate();
            bench.desk.seen(List.of(seen));
            ask();
            bench.approvals.expire(bench.clock.instant());
            assertThat(bench.approval(id).ending()).isEqualTo(Ending.UNREACHED);
            assertThat(bench.approval(seen).ending())
                    .as("somebody saw it at the console")
                    .isEqualTo(Ending.WAITING);
        }
    }

    /** Two channels at the same moment, a thousand times: one decision each. */
    @Test
    void decidesOnceWhenTwoChannelsPressAtTheSameMoment() throws Exception {
        int calls = 1_000;
        int batch = 50;
        bench.contact("alice", Map.of("whatsapp", ALICE), null);
        bench.contact("bob", Map.of("slack", BOB_IN_SLACK), null);
        Channel slack = bench.slackChannel();
        Sender slackSender = bench.sender(slack);
        Outreach outreach = bench.outreach(whatsApp, slack);
        Presses presses = bench.presses();
        int approved = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var barrier = new CyclicBarrier(2);
            for (int i = 0; i < calls; i += batch) {
                bench.forget();
                List<UUID> ids = IntStream.range(0, batch)
                        .mapToObj(n -> bench.escalate("deploy " + UUID.randomUUID(), Severity.MEDIUM, null))
                        .toList();
                outreach.pass();
                sender.pass();
                slackSender.pass();
                for (UUID id : ids) {
                    var yes = new Press(
                            "whatsapp",
                            "w" + id,
                            ALICE,
                            Tokens.hash(GraphDouble.token(about(bench.graph, id), "Approve")),
                            null,
                            null);
                    var no = new Press(
                            "slack",
                            "s" + id,
                            BOB_IN_SLACK,
                            Tokens.hash(SlackDouble.token(about(bench.slack, id), "deny")),
                            null,
                            null);
                    CompletableFuture<Kind> first =
                            CompletableFuture.supplyAsync(() -> take(presses, yes, barrier), threads);
                    CompletableFuture<Kind> second =
                            CompletableFuture.supplyAsync(() -> take(presses, no, barrier), threads);
                    assertThat(List.of(first.join(), second.join())).containsExactlyInAnyOrder(Kind.DECIDED, Kind.LATE);
                    Approval approval = bench.approval(id);
                    boolean isApproved = approval.status() == Status.APPROVED;
                    assertThat(approval.channel()).isEqualTo(isApproved ? "whatsapp" : "slack");
                    assertThat(bench.published(id).stream()
                                    .filter(event -> event instanceof CallCleared || event instanceof CallCompleted))
                            .singleElement()
                            .isInstanceOf(isApproved ? CallCleared.class : CallCompleted.class);
                    approved += isApproved ? 1 : 0;
                }
            }
        }
        assertThat(Bench.JDBC
                        .sql("select answer || ' ' || count(*) from approval.presses group by answer")
                        .query(String.class)
                        .list())
                .as("everything is on record")
                .containsExactlyInAnyOrder("DECIDED " + calls, "LATE " + calls);
        System.out.println(calls + " calls were each decided once: " + approved + " approved through WhatsApp, "
                + (calls - approved) + " denied through Slack");
    }

    /** Returns the question about a call. */
    private static JsonNode about(VendorDouble vendor, UUID id) {
        return vendor.taken().stream()
                .filter(request -> request.raw().contains("/console/approvals/" + id))
                .findFirst()
                .orElseThrow()
                .body();
    }

    private static Kind take(Presses presses, Press press, CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return presses.answer(press).orElseThrow().kind();
    }

    @Test
    void rejectsAPressThatNobodySigned() throws Exception {
        UUID id = bench.escalate();
        ask();
        GraphDouble.Delivery press = bench.graph.press(ALICE, token(ALICE, "Approve"));
        String changed = press.body() + " ";
        assertThatThrownBy(() -> bench.deliver(new GraphDouble.Delivery(changed, press.signature())))
                .isInstanceOf(WrongSignatureException.class);
        assertThat(bench.approval(id).status()).isEqualTo(Status.PENDING);
    }
}
