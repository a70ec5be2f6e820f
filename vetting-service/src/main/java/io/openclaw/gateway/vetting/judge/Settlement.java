package io.openclaw.gateway.vetting.judge;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Finding;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.file.RulesInForce;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Settles suspected calls: puts together what a judge should know of one, asks it unless it was asked before, and says so. */
public final class Settlement {
    private static final int LONGEST_ARGUMENTS = 16_000;
    private static final int MOST_COMMANDS = 100;

    private final Judge judge;
    private final JudgementCache cache;
    private final RulesInForce rules;
    private final RecentCalls recent;
    private final PolicyFollower policy;
    private final Redactor redactor;
    private final String instance;
    private final Clock clock;

    public Settlement(
            Judge judge,
            JudgementCache cache,
            RulesInForce rules,
            RecentCalls recent,
            PolicyFollower policy,
            Redactor redactor,
            String instance,
            Clock clock) {
        this.judge = judge;
        this.cache = cache;
        this.rules = rules;
        this.recent = recent;
        this.policy = policy;
        this.redactor = redactor;
        this.instance = instance;
        this.clock = clock;
    }

    /** Returns the verdict that takes the place of the rules'; it repeats their reasons. */
    public Verdict of(CallSuspected suspected) {
        ToolCall call = suspected.call();
        Verdict rulesSaid = suspected.verdicts().getLast();
        Vetting vetting = rules.vetting();
        String version = vetting.pack().version();
        Judgement judgement = cache.find(call.digest(), version).orElseGet(() -> {
            Judgement fresh = judge.judge(() -> suspectCase(call, vetting.examine(call)));
            cache.keep(call.digest(), version, fresh);
            return fresh;
        });
        List<Reason> reasons = new ArrayList<>(rulesSaid.reasons());
        reasons.addAll(judgement.reasons());
        return Verdict.of(
                        rulesSaid.stage(),
                        judgement.decision(),
                        reasons,
                        instance,
                        clock.instant(),
                        rulesSaid.policyVersion())
                .reading(rulesSaid.reading());
    }

    private SuspectCase suspectCase(ToolCall call, Examination examination) {
        String arguments = call.arguments() == null
                ? "{}"
                : redactor.redact(call.arguments()).text();
        return new SuspectCase(
                call.address(),
                arguments.length() > LONGEST_ARGUMENTS ? arguments.substring(0, LONGEST_ARGUMENTS) + "…" : arguments,
                examination.commands().stream()
                        .limit(MOST_COMMANDS)
                        .map(Invocation::line)
                        .map(redactor::redact)
                        .toList(),
                examination.findings().stream().map(Finding::reason).toList(),
                call.agent(),
                rolesOf(call.agent()),
                call.intent() == null ? null : redactor.redact(call.intent()),
                recent.of(call.agent()));
    }

    private List<String> rolesOf(String agent) {
        return policy.current().stream()
                .flatMap(inForce -> inForce.document().agents().stream())
                .filter(known -> known.id().equals(agent))
                .map(PolicyDocument.Agent::roles)
                .findFirst()
                .orElse(List.of());
    }
}
