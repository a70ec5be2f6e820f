package io.openclaw.gateway.policy.proposal;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.policy.core.InvalidPolicyException;
import io.openclaw.gateway.policy.core.Policy;
import io.openclaw.gateway.policy.core.PolicyLint;
import io.openclaw.gateway.policy.core.PolicyProblem;
import io.openclaw.gateway.policy.core.PolicyTests;
import io.openclaw.gateway.policy.core.PolicyText;
import io.openclaw.gateway.policy.file.PolicyDirectory;
import io.openclaw.gateway.policy.persistence.ProposalStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the policy that people propose. A proposal changes nothing until an administrator accepts it; then it is a file of
 * the policy like any other.
 */
public final class Proposals {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final int MAX_OPEN = 200;
    private static final int MAX_CHARACTERS = 20_000;

    private final ProposalStore store;
    private final PolicyDirectory directory;
    private final Clock clock;

    public Proposals(ProposalStore store, PolicyDirectory directory, Clock clock) {
        this.store = store;
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * What is known of a proposal before anybody accepts it.
     *
     * @param policy the policy with it; absent if that is not valid
     * @param problems why it is not valid
     * @param warnings what it says in vain, and what it makes the rest say in vain
     * @param tests its own tests and those of the policy, run on the policy with it
     */
    public record Check(
            @Nullable PolicyInForce policy,
            List<String> problems,
            List<String> warnings,
            List<PolicyTests.Result> tests) {

        /** Tells whether it may be accepted. */
        public boolean isGood() {
            return problems.isEmpty() && tests.stream().allMatch(test -> test.failure() == null);
        }

        static Check invalid(List<String> problems) {
            return new Check(null, List.copyOf(problems), List.of(), List.of());
        }
    }

    /** Writes what a person begins with; see {@link Draft}. */
    public Draft draft(Draft.Waited call, Decision effect, Set<String> free) {
        return Draft.of(call, effect, free, clock.instant());
    }

    /**
     * Proposes a change.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public Proposal propose(String id, String text, String tests, String reason, String by) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("its name is '" + id
                    + "'; it has to be 1 to 100 letters, digits, '.', '_' and '-', and begin with a letter or digit");
        }
        if (text.length() > MAX_CHARACTERS || tests.length() > MAX_CHARACTERS || reason.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("its texts may have " + MAX_CHARACTERS + " characters each");
        }
        var proposal =
                new Proposal(id, text, tests, reason, by, clock.instant(), Proposal.State.OPEN, null, null, null);
        Check check = check(proposal);
        if (check.policy() == null) {
            throw new IllegalArgumentException(String.join("; ", check.problems()));
        }
        if (!store.add(proposal, MAX_OPEN)) {
            throw new IllegalArgumentException(
                    store.find(id).isPresent()
                            ? "there is a proposal '" + id + "' already; give it another name"
                            : MAX_OPEN
                                    + " proposals wait for an administrator; somebody has to decide about those first");
        }
        return proposal;
    }

    /** Looks at the policy as it would be with a proposal. */
    public Check check(Proposal proposal) {
        Map<String, String> files;
        Map<String, String> tests;
        try {
            files = new HashMap<>(directory.policyFiles());
            tests = new HashMap<>(directory.testFiles());
        } catch (IOException e) {
            return Check.invalid(List.of("the policy's files cannot be read: " + e.getMessage()));
        }
        files.put(proposal.file(), proposal.text());
        if (!proposal.tests().isBlank()) {
            tests.put(proposal.testFile(), proposal.tests());
        }
        try {
            List<String> foreign = sectionsBeside(proposal);
            if (!foreign.isEmpty()) {
                return Check.invalid(foreign);
            }
            PolicyInForce policy = PolicyText.read(files);
            return new Check(
                    policy,
                    List.of(),
                    PolicyLint.of(policy.document()).stream()
                            .map(PolicyProblem::toString)
                            .toList(),
                    PolicyTests.run(Policy.of(policy), tests, clock.instant()));
        } catch (InvalidPolicyException e) {
            return Check.invalid(
                    e.problems().stream().map(PolicyProblem::toString).toList());
        }
    }

    /** A proposal decides about calls; who agents are, and where upstreams are, is written by an administrator. */
    private static List<String> sectionsBeside(Proposal proposal) {
        PolicyDocument document = PolicyText.document(proposal.file(), proposal.text());
        var problems = new ArrayList<String>();
        if (document.rules().isEmpty() && document.exemptions().isEmpty()) {
            problems.add("a proposal needs a rule, or an exemption from one");
        }
        var without = new PolicyDocument(
                List.of(),
                List.of(),
                document.rules(),
                List.of(),
                List.of(),
                List.of(),
                PolicyDocument.Defaults.NONE,
                PolicyDocument.Results.FLAGGED,
                document.exemptions());
        if (!without.equals(document)) {
            problems.add(
                    "a proposal holds rules and exemptions alone; an administrator writes everything else in a file");
        }
        return problems;
    }

    /** Tells whether an accepted proposal becomes a file here. */
    public boolean canBeWritten() {
        return directory.isWritable();
    }

    /**
     * Accepts a proposal: its files are added to the policy's, and are in force within a second. Where those cannot be written (a
     * policy in Git, a mounted one), it is closed alone, and an administrator adds the files where the policy is kept.
     *
     * @throws NoSuchElementException if there is no such proposal
     * @throws IllegalStateException if it is not open, or not good
     * @throws UncheckedIOException if its files cannot be written; it stays open
     */
    public Proposal accept(String id, String by, String answer) {
        Proposal proposal = open(id);
        Check check = check(proposal);
        if (!check.isGood()) {
            throw new IllegalStateException(
                    check.problems().isEmpty()
                            ? "a test fails with it"
                            : "the policy is not valid with it: " + String.join("; ", check.problems()));
        }
        // Closed first: of two people who decide at once only one may write.
        Proposal accepted = close(proposal, Proposal.State.ACCEPTED, by, answer);
        if (directory.isWritable()) {
            try {
                if (!proposal.tests().isBlank()) {
                    directory.write(proposal.testFile(), proposal.tests());
                }
                directory.write(proposal.file(), proposal.text());
            } catch (IOException e) {
                store.reopen(id);
                throw new UncheckedIOException("the policy's files cannot be written: " + e.getMessage(), e);
            }
        }
        return accepted;
    }

    /** Tells whether a proposal's file is among the policy's files here, as it was proposed. */
    public boolean isInFiles(Proposal proposal) {
        try {
            return proposal.text().equals(directory.policyFiles().get(proposal.file()));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Rejects a proposal.
     *
     * @throws NoSuchElementException if there is no such proposal
     * @throws IllegalStateException if it is not open
     */
    public Proposal reject(String id, String by, String answer) {
        return close(open(id), Proposal.State.REJECTED, by, answer);
    }

    private Proposal open(String id) {
        Proposal proposal = find(id);
        if (!proposal.isOpen()) {
            throw closedBefore(proposal);
        }
        return proposal;
    }

    private Proposal close(Proposal proposal, Proposal.State state, String by, String answer) {
        Instant now = clock.instant();
        Proposal closed = proposal.decided(state, by, now, answer);
        if (!store.close(closed)) {
            throw closedBefore(find(proposal.id()));
        }
        return closed;
    }

    private static IllegalStateException closedBefore(Proposal proposal) {
        return new IllegalStateException(proposal.decidedBy() + " has "
                + (proposal.state() == Proposal.State.ACCEPTED ? "accepted" : "rejected") + " it");
    }

    /**
     * Returns a proposal.
     *
     * @throws NoSuchElementException if there is none of that name
     */
    public Proposal find(String id) {
        return store.find(id).orElseThrow(() -> new NoSuchElementException("there is no proposal '" + id + "'"));
    }

    /** Returns the last proposals, the open ones first. */
    public List<Proposal> list(int limit) {
        return store.list(limit);
    }
}
