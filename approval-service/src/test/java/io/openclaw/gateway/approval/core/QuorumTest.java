package io.openclaw.gateway.approval.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.ApprovalTerms.Requirement;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.testing.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has to say yes, and when that is enough. */
class QuorumTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final List<String> GROUPS = List.of("leads", "finance", "security");

    private static Approval pending(Requirement... requirements) {
        ToolCall call = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);
        var verdict = Verdict.of(Stage.POLICY, Decision.ESCALATE, List.of(), "policy", NOW, null)
                .wanting(new ApprovalTerms(List.of(requirements), null));
        return Approval.of(
                new CallEscalated(call, List.of(verdict), Map.of()), Duration.ofMinutes(15), new Redactor(), NOW);
    }

    private static Person person(String name, String... groups) {
        return new Person(name, List.of(groups));
    }

    @Test
    void onePersonMeetsTheRequirementsOfTwoGroupsThatTheyAreIn() {
        Approval approved = pending(new Requirement("leads", 1), new Requirement("finance", 1))
                .after(Status.APPROVED, person("bob", "leads", "finance"), null, NOW);
        assertThat(approved.status()).isEqualTo(Status.APPROVED);
        assertThat(approved.votes()).hasSize(1);
    }

    @Test
    void aVoteThatIsNoLongerWantedCountsForNothing() {
        Approval one = pending(new Requirement("leads", 1), new Requirement("finance", 1))
                .after(Status.APPROVED, person("alice", "leads"), null, NOW);
        assertThatThrownBy(() -> one.after(Status.APPROVED, person("carl", "leads"), null, NOW))
                .isInstanceOf(NotAnApproverException.class)
                .hasMessageContaining("This call waits for 1 person of finance, and you are in [leads].");
    }

    @Test
    void aRequirementWithoutAGroupTakesAnybodyButNobodyTwice() {
        Approval one = pending(new Requirement(null, 2)).after(Status.APPROVED, person("alice"), null, NOW);
        assertThat(one.waitingFor()).containsExactly("1 more person");
        assertThatThrownBy(() -> one.after(Status.APPROVED, person("alice", "leads"), null, NOW))
                .isInstanceOf(NotAnApproverException.class);
        assertThat(one.after(Status.APPROVED, person("bob"), null, NOW).status())
                .isEqualTo(Status.APPROVED);
    }

    @Test
    void aPersonWhoApprovedMayStillDeny() {
        Approval denied = pending(new Requirement(null, 2))
                .after(Status.APPROVED, person("alice"), "fine", NOW)
                .after(Status.DENIED, person("alice"), "I was wrong", NOW.plusSeconds(1));
        assertThat(denied.status()).isEqualTo(Status.DENIED);
        assertThat(denied.decidedBy()).isEqualTo("alice");
        assertThat(denied.reason()).isEqualTo("I was wrong");
        assertThat(denied.verdict().outcome()).isEqualTo(Decision.DENY);
        assertThat(denied.waitingFor()).isEmpty();
    }

    @Test
    void theReasonsOfAllWhoApprovedAreKept() {
        Approval approved = pending(new Requirement(null, 3))
                .after(Status.APPROVED, person("alice"), "looks fine", NOW)
                .after(Status.APPROVED, person("bob"), null, NOW)
                .after(Status.APPROVED, person("carl"), "agreed", NOW.plusSeconds(5));
        assertThat(approved.decidedBy()).isEqualTo("alice, bob, carl");
        assertThat(approved.reason()).isEqualTo("looks fine; agreed");
        assertThat(approved.changedAt()).isEqualTo(NOW.plusSeconds(5));
    }

    @Test
    void itIsOpenUntilItExpires() {
        Approval pending = pending(new Requirement(null, 1));
        assertThat(pending.isOpenAt(pending.expiresAt().minusMillis(1))).isTrue();
        assertThat(pending.isOpenAt(pending.expiresAt())).isFalse();
        assertThat(pending.after(Status.APPROVED, person("a"), null, NOW).isOpenAt(NOW))
                .isFalse();
    }

    /** Whatever the requirements and the order in which people speak: approved exactly when every requirement is met. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void itIsApprovedExactlyWhenEveryRequirementIsMet(long seed) {
        var random = new Random(seed);
        for (int n = 0; n < 500; n++) {
            List<Requirement> requirements = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                requirements.add(new Requirement(
                        random.nextInt(4) == 0 ? null : GROUPS.get(random.nextInt(3)), 1 + random.nextInt(3)));
            }
            Approval approval = pending(requirements.toArray(Requirement[]::new));
            List<Person> said = new ArrayList<>();
            for (int i = 0; i < 30 && approval.status() == Status.PENDING; i++) {
                Person person = random(random);
                try {
                    approval = approval.after(Status.APPROVED, person, null, NOW);
                    said.add(person);
                } catch (NotAnApproverException e) {
                    assertThat(countsFor(person, said, requirements))
                            .as("%s of %s", person, requirements)
                            .isFalse();
                }
                assertThat(approval.status() == Status.APPROVED)
                        .as("%s after %s", requirements, said)
                        .isEqualTo(requirements.stream().allMatch(each -> isMet(each, said)));
            }
            assertThat(said).extracting(Person::name).doesNotHaveDuplicates();
        }
    }

    private static Person random(Random random) {
        Set<String> groups = new HashSet<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            groups.add(GROUPS.get(random.nextInt(3)));
        }
        if (random.nextInt(10) == 0) {
            groups.add(Person.EVERY_GROUP);
        }
        return new Person("p" + random.nextInt(12), List.copyOf(groups));
    }

    private static boolean isIn(Person person, Requirement requirement) {
        return requirement.group() == null
                || person.groups().contains(requirement.group())
                || person.groups().contains(Person.EVERY_GROUP);
    }

    private static boolean isMet(Requirement requirement, List<Person> said) {
        return said.stream().filter(person -> isIn(person, requirement)).count() >= requirement.quorum();
    }

    private static boolean countsFor(Person person, List<Person> said, List<Requirement> requirements) {
        return said.stream().noneMatch(other -> other.name().equals(person.name()))
                && requirements.stream().anyMatch(each -> !isMet(each, said) && isIn(person, each));
    }
}
