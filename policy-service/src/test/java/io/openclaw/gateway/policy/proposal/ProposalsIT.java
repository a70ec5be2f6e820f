package io.openclaw.gateway.policy.proposal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.policy.file.PolicyDirectory;
import io.openclaw.gateway.policy.persistence.ProposalStore;
import io.openclaw.gateway.policy.proposal.Proposal.State;
import io.openclaw.gateway.testing.MutableClock;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;

class ProposalsIT {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final String POLICY = """
            upstreams: [{name: mail}]
            roles: [{id: base, escalate: ["mail/*"]}]
            agents: [{id: demo, roles: [base]}]
            """;
    private static final String TESTS = """
            tests: [{call: {agent: demo, tool: mail/send}, expect: %s}]
            """;

    @TempDir
    private Path directory;

    private final Schema schema =
            Schema.migrated("policy", TestInfrastructure.database().dataSource());
    private final ProposalStore store = new ProposalStore(
            schema, JdbcClient.create(TestInfrastructure.database().dataSource()));
    private final String name = "p-" + UUID.randomUUID();
    private Proposals proposals;

    @BeforeEach
    void begin() throws IOException {
        Files.writeString(directory.resolve("policy.yaml"), POLICY);
        proposals = new Proposals(store, new PolicyDirectory(directory), new MutableClock(NOW));
    }

    private String exemption() {
        return "exemptions: [{id: " + name
                + ", rules: ['roles/base/escalate:mail/*'], when: \"agent.id == 'demo'\"}]\n";
    }

    private Proposal proposed() {
        return proposals.propose(name, exemption(), TESTS.formatted("allow"), "always yes", "alice");
    }

    @Test
    void changesNothingUntilSomebodyAcceptsIt() throws IOException {
        Proposal proposal = proposed();
        assertThat(proposals.find(name)).isEqualTo(proposal);
        assertThat(proposals.list(200)).contains(proposal);
        assertThat(proposals.check(proposal).isGood()).isTrue();
        assertThat(directory.resolve("proposals")).doesNotExist();

        Proposal accepted = proposals.accept(name, "root", "fine");
        assertThat(accepted.state()).isEqualTo(State.ACCEPTED);
        assertThat(proposals.find(name)).isEqualTo(accepted);
        assertThat(directory.resolve(accepted.file())).hasContent(exemption());
        assertThat(directory.resolve(accepted.testFile())).hasContent(TESTS.formatted("allow"));
        assertThat(proposals.isInFiles(accepted)).isTrue();
        assertThat(new PolicyDirectory(directory).read().document().exemptions())
                .extracting(each -> each.id())
                .containsExactly(name);
        assertThatThrownBy(() -> proposals.reject(name, "other", ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("root has accepted it");
    }

    @Test
    void aRejectedOneIsNoFile() {
        proposed();
        assertThat(proposals.reject(name, "root", "no").answer()).isEqualTo("no");
        assertThat(directory.resolve("proposals")).doesNotExist();
        assertThatThrownBy(() -> proposals.accept(name, "other", ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("root has rejected it");
    }

    @Test
    void isNotAcceptedWhenATestFails() throws IOException {
        proposals.propose(name, exemption(), TESTS.formatted("deny"), "", "alice");
        assertThatThrownBy(() -> proposals.accept(name, "root", "")).hasMessage("a test fails with it");
        proposals.reject(name, "root", "");
        // Nor when it breaks a test that the policy has already.
        Files.writeString(directory.resolve("all.test.yaml"), TESTS.formatted("escalate"));
        String second = name + "-2";
        proposals.propose(second, exemption(), "", "", "alice");
        assertThat(proposals.check(proposals.find(second)).isGood()).isFalse();
        assertThatThrownBy(() -> proposals.accept(second, "root", "")).isInstanceOf(IllegalStateException.class);
        assertThat(directory.resolve("proposals")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agents: [{id: mallory, roles: [base]}]                     | needs a rule",
                "'{rules: [{id: a, effect: deny}], defaults: {allow: [\"*/*\"]}}' | rules and exemptions alone",
                "'{rules: [{id: a, effect: deny}], roles: [{id: b}]}'       | rules and exemptions alone",
                "'rules: [{id: a, effect: maybe}]'                          | not one of the values",
                "'rules: [{id: a, effect: deny, when: agent.x}]'            | there is no",
                "'exemptions: [{id: a, rules: [rules/none], when: true}]'   | is no rule of this policy that escalates",
                "'rules: ['                                                 | line",
                "''                                                         | empty"
            })
    void aMistakeIsSaidAtOnce(String text, String problem) {
        assertThatThrownBy(() -> proposals.propose(name, text, "", "", "alice"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
        assertThatThrownBy(() -> proposals.find(name)).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void hasANameOfItsOwn() {
        proposed();
        assertThatThrownBy(this::proposed).hasMessageContaining("there is a proposal '" + name + "' already");
        for (String bad : List.of("", "../x", "a/b", ".hidden", "a b", "x".repeat(101))) {
            assertThatThrownBy(() -> proposals.propose(bad, exemption(), "", "", "alice"))
                    .hasMessageContaining("its name is");
        }
        assertThatThrownBy(() -> proposals.propose("x", "#".repeat(20_001), "", "", "alice"))
                .hasMessageContaining("20000 characters");
    }

    @Test
    void ofTwoWhoDecideAtOnceOneDoes() throws Exception {
        for (int round = 0; round < 20; round++) {
            String id = name + "-" + round;
            proposals.propose(id, exemption().replace(name, id), "", "", "alice");
            try (var people = Executors.newFixedThreadPool(2)) {
                List<Callable<Proposal>> both =
                        List.of(() -> proposals.accept(id, "root", ""), () -> proposals.reject(id, "other", ""));
                int decided = 0;
                for (Future<Proposal> each : people.invokeAll(both)) {
                    try {
                        each.get();
                        decided++;
                    } catch (ExecutionException e) {
                        assertThat(e.getCause()).isInstanceOf(IllegalStateException.class);
                    }
                }
                assertThat(decided).isEqualTo(1);
            }
            Proposal closed = proposals.find(id);
            assertThat(Files.exists(directory.resolve(closed.file()))).isEqualTo(closed.state() == State.ACCEPTED);
        }
    }

    @Test
    void staysOpenWhenItsFilesCannotBeWritten() throws IOException {
        proposed();
        Files.writeString(directory.resolve("proposals"), "in the way");
        assertThatThrownBy(() -> proposals.accept(name, "root", "")).isInstanceOf(UncheckedIOException.class);
        assertThat(proposals.find(name).isOpen()).isTrue();
    }

    /** A policy of one file, or one that is mounted to be read, is changed where it is kept. */
    @Test
    void isClosedAloneWhereThePolicyCannotBeWritten() {
        var single = new Proposals(store, new PolicyDirectory(directory.resolve("policy.yaml")), new MutableClock(NOW));
        assertThat(single.canBeWritten()).isFalse();
        single.propose(name, exemption(), "", "", "alice");
        Proposal accepted = single.accept(name, "root", "");
        assertThat(accepted.state()).isEqualTo(State.ACCEPTED);
        assertThat(single.isInFiles(accepted)).isFalse();
    }
}
