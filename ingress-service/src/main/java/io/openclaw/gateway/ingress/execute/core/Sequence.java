package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.ingress.execute.core.Plan.PlannedStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a plan as a whole: steps that are harmless one by one can do damage one after the other. What a step does is read off the
 * rules that spoke about it, and off its tool and arguments.
 */
final class Sequence {
    /** Where credentials and private things are, in paths, names of variables and tables. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i)(\\.ssh\\b|id_(rsa|ed25519|ecdsa)|\\.aws\\b|\\.env\\b|\\.netrc|\\.npmrc|\\.pgpass|\\.kube/|credentials?\\b"
                    + "|secrets?\\b|passw(or)?d|/etc/shadow|private[_-]?key|api[_-]?key|access[_-]?token|keychain|vault\\b"
                    + "|wallet|printenv)");

    /** Tools that carry something to somebody else. */
    private static final Pattern SENDING_TOOL = Pattern.compile(
            "(?i)(^|[_./-])(message|messages|send|mail|email|post|publish|upload|push|share|notify|tweet|slack|telegram|whatsapp"
                    + "|discord|webhook|fetch|request|http|browser|curl|sms)([_./-]|$)");

    /** Commands that do. */
    private static final Pattern SENDING_COMMAND = Pattern.compile(
            "(?i)\\b(curl|wget|scp|rsync|sftp|ftp|nc|ncat|netcat|telnet|mail|sendmail|aws\\s+s3|gsutil|rclone|git\\s+push)\\b");

    private Sequence() {}

    /** Returns what is wrong with a sequence of steps; nothing, most of the time. */
    static List<Reason> findings(List<PlannedStep> steps) {
        var findings = new ArrayList<Reason>();
        PlannedStep reads = null;
        for (PlannedStep step : steps) {
            if (reads != null && sends(step)) {
                findings.add(new Reason(
                        "plan/secret-then-send",
                        "Step " + reads.number() + " (" + reads.tool() + ") reads what may be secret, and step "
                                + step.number() + " (" + step.tool()
                                + ") sends something out: together they can carry a secret away.",
                        Severity.HIGH));
            }
            reads = reads == null && readsSecret(step) ? step : reads;
        }
        return findings;
    }

    private static boolean readsSecret(PlannedStep step) {
        return spoke(step, "secrets/")
                || SECRET.matcher(step.arguments().text()).find();
    }

    private static boolean sends(PlannedStep step) {
        return spoke(step, "exfiltration/")
                || spoke(step, "messaging/")
                || SENDING_TOOL.matcher(step.tool()).find()
                || SENDING_COMMAND.matcher(step.arguments().text()).find();
    }

    private static boolean spoke(PlannedStep step, String rules) {
        return step.reasons().stream().map(Reason::ruleId).anyMatch(rule -> startsWith(rule, rules));
    }

    private static boolean startsWith(@Nullable String rule, String prefix) {
        return rule != null && rule.toLowerCase(Locale.ROOT).startsWith(prefix);
    }
}
