package io.openclaw.gateway.vetting.core;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.vetting.core.rule.Egress;
import io.openclaw.gateway.vetting.core.rule.RuleOutcome;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import io.openclaw.gateway.vetting.core.rule.RulePack.Match;
import io.openclaw.gateway.vetting.core.rule.Workspace;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.core.shell.Reading;
import io.openclaw.gateway.vetting.core.shell.ShellReader;
import io.openclaw.gateway.vetting.core.tool.ExecSwitches;
import io.openclaw.gateway.vetting.core.tool.ToolArguments;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Finds what is dangerous in a call: its arguments are read into a normal form, and rules look at that. */
public final class Vetting {
    private static final int MAX_TARGETS = 200;

    private final RulePack pack;
    private final ShellReader shell;

    public Vetting(RulePack pack) {
        this.pack = pack;
        this.shell = new ShellReader(pack);
    }

    /** Returns the rules that it applies. */
    public RulePack pack() {
        return pack;
    }

    /** Judges a call: a verdict is a function of a call and the rules. */
    public Verdict vet(ToolCall call, String instance, Instant at) {
        return verdict(examine(call), instance, at);
    }

    /** Returns what an examination means for the call, without a model. */
    public Verdict verdict(Examination examination, String instance, Instant at) {
        return Verdict.of(
                Stage.VETTING,
                examination.outcome(),
                examination.findings().stream().map(Finding::reasonOfVerdict).toList(),
                instance,
                at,
                pack.version());
    }

    /** Looks at the arguments of a call; what cannot be read is a finding. */
    public Examination examine(ToolCall call) {
        return examine(call, Set.of());
    }

    /**
     * Looks at the arguments of a call that comes after others.
     *
     * @param downloaded files that earlier calls fetched; what runs one of them runs a download
     */
    public Examination examine(ToolCall call, Set<String> downloaded) {
        return examine(call, downloaded, AgentPlace.NONE);
    }

    /**
     * Looks at the arguments of a call that comes after others.
     *
     * @param downloaded files that earlier calls fetched; what runs one of them runs a download
     * @param place what belongs to the agent, and where it may send to
     */
    public Examination examine(ToolCall call, Set<String> downloaded, AgentPlace place) {
        try {
            Examination examination = place.workspace().isEmpty()
                    ? read(call, downloaded)
                    : new Workspace(place.workspace()).within(() -> read(call, downloaded));
            return place.egress().isEmpty() ? examination : withEgress(examination, place.egress());
        } catch (RuntimeException e) {
            return failed(e);
        }
    }

    private Examination withEgress(Examination examination, List<String> allowed) {
        List<String> elsewhere = new Egress(pack, allowed).elsewhere(examination.commands());
        if (elsewhere.isEmpty()) {
            return examination;
        }
        List<Finding> findings = new ArrayList<>(examination.findings());
        findings.add(new Finding(
                "policy/egress",
                "Sends to where its policy does not let it send",
                Severity.MEDIUM,
                RuleOutcome.UNSURE,
                "It sends to " + Ellipsis.of(String.join(", ", elsewhere), MAX_TARGETS)
                        + ", which the policy does not name under egress for this agent.",
                "send to a host that the policy names, or ask for this one to be named."));
        return new Examination(examination.commands(), findings, examination.fetched());
    }

    private Examination read(ToolCall call, Set<String> downloaded) {
        return readArguments(
                call.tool(),
                call.arguments() == null ? "{}" : call.arguments().text(),
                CallContext.of(call),
                downloaded);
    }

    private Examination readArguments(String tool, String json, @Nullable CallContext context, Set<String> downloaded) {
        var arguments = new ToolArguments(shell, pack, tool, downloaded);
        try {
            JsonNode node = Json.MAPPER.readTree(json);
            arguments.read(node);
            arguments.commands().addAll(ExecSwitches.of(node));
        } catch (JacksonException e) {
            return new Examination(
                    List.of(),
                    List.of(new Finding(
                            "vetting/unreadable",
                            "The arguments are not JSON",
                            Severity.HIGH,
                            RuleOutcome.ESCALATE,
                            "The arguments cannot be read, so nobody knows what they do.",
                            "send a JSON object.")));
        }
        if (context != null) {
            arguments.context(context);
        }
        Examination examination = examine(arguments.commands(), arguments.guessed(), arguments.doubts());
        return new Examination(examination.commands(), examination.findings(), arguments.fetched());
    }

    /**
     * Returns the digest of a call without what changes nothing about it, the comments of its commands: calls that differ in
     * no more than that have one.
     */
    public String normalised(ToolCall call) {
        RawJson arguments = call.arguments() == null
                ? RawJson.EMPTY_OBJECT
                : RawJson.from(new ToolArguments(shell, pack, call.tool())
                        .withoutComments(call.arguments().as(JsonNode.class)));
        return Digest.of(call.agent(), call.upstream(), call.tool(), arguments, call.context());
    }

    /** What holds of a call that vetting itself fails on: a person decides, for nobody else can. */
    private static Examination failed(RuntimeException e) {
        return new Examination(
                List.of(),
                List.of(new Finding(
                        "vetting/failed",
                        "Vetting failed on this call",
                        Severity.HIGH,
                        RuleOutcome.ESCALATE,
                        "Vetting itself failed on this call (" + e.getClass().getSimpleName()
                                + "), so nobody knows what it does.",
                        "report it, with the call; it is a fault of the gateway.")));
    }

    /** Looks at a tool's arguments, a JSON object; what cannot be read is a finding. */
    public Examination examine(String tool, String arguments) {
        try {
            return readArguments(tool, arguments, null, Set.of());
        } catch (RuntimeException e) {
            return failed(e);
        }
    }

    /** Looks at one shell command. */
    public Examination examine(String command) {
        Reading reading = shell.read(command);
        return examine(reading.commands(), List.of(), reading.doubts());
    }

    /** Looks at commands in normal form. */
    public Examination examine(List<Invocation> commands) {
        return examine(commands, List.of(), List.of());
    }

    private Examination examine(List<Invocation> commands, List<Invocation> guessed, List<String> doubts) {
        Map<String, Match> found = new LinkedHashMap<>();
        for (Invocation command : commands) {
            pack.find(command, found);
        }
        List<Finding> findings = new ArrayList<>();
        found.values().forEach(match -> findings.add(Finding.of(match, pack.words(match))));
        if (!guessed.isEmpty()) {
            Map<String, Match> likely = new LinkedHashMap<>();
            guessed.forEach(command -> pack.find(command, likely));
            likely.values().stream()
                    .filter(match -> match.rule().outcome() == RuleOutcome.DENY
                            && !found.containsKey(match.rule().id()))
                    .forEach(match -> findings.add(Finding.of(match, pack.words(match))));
        }
        if (!doubts.isEmpty()) {
            findings.add(Finding.doubt(String.join("; ", doubts.subList(0, Math.min(3, doubts.size())))));
        }
        List<Invocation> all = new ArrayList<>(commands);
        all.addAll(guessed);
        return new Examination(all, findings);
    }
}
