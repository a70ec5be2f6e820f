package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.policy.Glob;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.text.Durations;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Policy} of a document, or says everything that is wrong with it. */
final class PolicyCompiler {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Duration LONGEST_EXPIRY = Duration.ofDays(7);

    private final PolicyInForce policy;
    private final PolicyDocument document;
    private final List<PolicyProblem> problems = new ArrayList<>();
    /** What lets calls pass that a rule escalates, by the rule's id as verdicts name it. */
    private final Map<String, List<Clause.Exemption>> exemptions = new HashMap<>();

    private final Set<String> escalating = new HashSet<>();

    PolicyCompiler(PolicyInForce policy) {
        this.policy = policy;
        this.document = policy.document();
    }

    record CompiledUpstream(KnownTool.UpstreamTraits traits, Decision unknownTools) {}

    /** The roles and limits of a policy, for agents that only a token knows. */
    record Roles(ClauseIndex forEveryone, Map<String, Role> byId, List<Limit> limits) {
        record Role(Set<String> withInherited, ClauseIndex grants) {}

        /** Makes a principal of roles that are defined; others count for nothing. */
        Principal principal(String agent, Collection<String> ids) {
            return principal(agent, ids, "", "", Map.of());
        }

        Principal principal(
                String agent, Collection<String> ids, String owner, String team, Map<String, String> labels) {
            var all = new LinkedHashSet<String>();
            var grants = new ArrayList<ClauseIndex>();
            grants.add(forEveryone);
            for (String id : ids) {
                Role role = byId.get(id);
                if (role != null) {
                    all.addAll(role.withInherited());
                    grants.add(role.grants());
                }
            }
            List<String> roles = List.copyOf(all);
            return new Principal(
                    owner,
                    team,
                    labels,
                    roles,
                    List.copyOf(grants),
                    limits.stream()
                            .filter(limit -> limit.holdsFor(agent, roles))
                            .toList());
        }
    }

    Policy compile() {
        readExemptions();
        var upstreams = new HashMap<String, CompiledUpstream>();
        named("upstream", "upstreams", document.upstreams(), PolicyDocument.Upstream::name)
                .forEach((name, upstream) -> {
                    UpstreamCheck.check(upstream, what -> problem("upstreams/" + name, what));
                    upstreams.put(
                            name, new CompiledUpstream(KnownTool.UpstreamTraits.of(upstream), upstream.unknownTools()));
                });
        Roles roles = new Roles(
                new ClauseIndex(grants(
                        "defaults",
                        document.defaults().deny(),
                        document.defaults().escalate(),
                        document.defaults().allow())),
                roles(),
                limits());
        Map<String, PolicyDocument.Issuer> issuers = issuers(roles.byId());
        Map<String, Principal> principals = principals(roles, issuers);
        ClauseIndex rules = new ClauseIndex(rules());
        requireExemptedRules();
        if (!problems.isEmpty()) {
            throw new InvalidPolicyException(problems);
        }
        return new Policy(policy.version(), Map.copyOf(upstreams), principals, roles, rules);
    }

    private void readExemptions() {
        named("exemption", "exemptions", document.exemptions(), PolicyDocument.Exemption::id)
                .forEach((id, exemption) -> {
                    String where = Clause.EXEMPTIONS + id;
                    if (exemption.rules().isEmpty()) {
                        problem(where, "it needs the rules that do not ask, such as rules/payments");
                    }
                    if (isBlank(exemption.when())) {
                        problem(where, "it needs a condition (when) that says which calls people are not asked about");
                        return;
                    }
                    String reason = isBlank(exemption.reason())
                            ? "the exemption '" + id + "' lets it pass without a person"
                            : exemption.reason();
                    var allows = new Clause(
                            where,
                            Decision.ALLOW,
                            List.of(),
                            condition(where, exemption.when(), Condition::predicate),
                            reason,
                            null,
                            List.of());
                    exemption
                            .rules()
                            .forEach(rule -> exemptions
                                    .computeIfAbsent(rule, key -> new ArrayList<>())
                                    .add(new Clause.Exemption(allows, exemption.until())));
                });
    }

    private void requireExemptedRules() {
        for (PolicyDocument.Exemption exemption : document.exemptions()) {
            for (String rule : exemption.rules()) {
                if (!escalating.contains(rule)) {
                    problem(
                            Clause.EXEMPTIONS + exemption.id(),
                            "'" + rule + "' is no rule of this policy that escalates; name one as verdicts do:"
                                    + " rules/ID, roles/ID/escalate:PATTERN or defaults/escalate:PATTERN");
                }
            }
        }
    }

    /** Returns what exempts calls from a rule. */
    private List<Clause.Exemption> exemptionsFrom(String ruleId, Decision effect) {
        if (effect != Decision.ESCALATE) {
            return List.of();
        }
        escalating.add(ruleId);
        return List.copyOf(exemptions.getOrDefault(ruleId, List.of()));
    }

    private Map<String, Roles.Role> roles() {
        Map<String, PolicyDocument.Role> byId = named("role", "roles", document.roles(), PolicyDocument.Role::id);
        Map<String, List<Clause>> own = new LinkedHashMap<>();
        byId.forEach((id, role) -> requirePlace("roles/" + id, role.workspace(), role.egress()));
        byId.forEach((id, role) -> own.put(id, grants("roles/" + id, role.deny(), role.escalate(), role.allow())));
        Map<String, Roles.Role> roles = new HashMap<>();
        byId.keySet().forEach(id -> {
            var all = new LinkedHashSet<String>();
            collectInherited(id, byId, all, List.of(id));
            roles.put(
                    id,
                    new Roles.Role(
                            all,
                            new ClauseIndex(all.stream()
                                    .flatMap(each -> own.getOrDefault(each, List.of()).stream())
                                    .toList())));
        });
        return Map.copyOf(roles);
    }

    private void requirePlace(String where, List<String> workspace, List<String> egress) {
        for (String directory : workspace) {
            if (!directory.matches("(/|~/)[^*?]*") || directory.matches("[/~.]*|.*/\\.\\.(/.*)?")) {
                problem(
                        where,
                        "the workspace '" + directory + "' is no directory of an agent's own: give one below / or ~,"
                                + " without * and .., such as /srv/builds or ~/scratch");
            }
        }
        for (String target : egress) {
            if (target.isBlank()
                    || target.indexOf(' ') >= 0
                    || (AgentPlace.isRange(target) && !AgentPlace.isValidRange(target))) {
                problem(
                        where,
                        "the egress '" + target
                                + "' is no host, no pattern of hosts such as *.example.com, no range such"
                                + " as 10.1.0.0/16, and no beginning of a target such as s3://builds/*");
            }
        }
    }

    private void collectInherited(
            String id, Map<String, PolicyDocument.Role> byId, Set<String> into, List<String> path) {
        PolicyDocument.Role role = byId.get(id);
        if (role == null || !into.add(id)) {
            return;
        }
        for (String parent : role.inherits()) {
            if (!byId.containsKey(parent)) {
                problem("roles/" + id, "it inherits from the role '" + parent + "', which is not defined under roles");
            } else if (path.contains(parent)) {
                problem("roles/" + id, "it inherits from itself: " + String.join(" → ", path) + " → " + parent);
            } else {
                var longer = new ArrayList<>(path);
                longer.add(parent);
                collectInherited(parent, byId, into, longer);
            }
        }
    }

    private Map<String, Principal> principals(Roles roles, Map<String, PolicyDocument.Issuer> issuers) {
        Map<String, Principal> principals = new HashMap<>();
        Map<String, String> agentsByKey = new HashMap<>();
        Map<PolicyDocument.TokenSubject, String> agentsByToken = new HashMap<>();
        named("agent", "agents", document.agents(), PolicyDocument.Agent::id).forEach((id, agent) -> {
            String where = "agents/" + id;
            requirePlace(where, agent.workspace(), agent.egress());
            for (String role : agent.roles()) {
                if (!roles.byId().containsKey(role)) {
                    problem(where, "it has the role '" + role + "', which is not defined under roles");
                }
            }
            agent.keys().forEach(key -> checkKey(where, id, key, agentsByKey));
            for (PolicyDocument.TokenSubject token : agent.tokens()) {
                if (!issuers.containsKey(String.valueOf(token.issuer()))) {
                    problem(where, "its token's issuer '" + token.issuer() + "' is not defined under issuers");
                }
                if (isBlank(token.subject())) {
                    problem(where, "its token has no subject");
                }
                String other = agentsByToken.put(token, id);
                if (other != null) {
                    problem(where, "agents '" + other + "' and '" + id + "' have the same token subject");
                }
            }
            principals.put(
                    id,
                    roles.principal(id, agent.roles(), orEmpty(agent.owner()), orEmpty(agent.team()), agent.labels()));
        });
        return Map.copyOf(principals);
    }

    private Map<String, PolicyDocument.Issuer> issuers(Map<String, Roles.Role> roles) {
        Map<String, PolicyDocument.Issuer> issuers =
                named("issuer", "issuers", document.issuers(), PolicyDocument.Issuer::id);
        issuers.forEach((id, issuer) -> {
            String where = "issuers/" + id;
            checkUrl(where, "issuer", issuer.issuer());
            if (issuer.jwks() != null) {
                checkUrl(where, "jwks", issuer.jwks());
            }
            if (isBlank(issuer.audience())) {
                problem(where, "it needs an audience: a token for somebody else must not prove an agent here");
            }
            if (issuer.rolesClaim() == null && !issuer.roles().isEmpty()) {
                problem(where, "it maps roles but names no rolesClaim");
            }
            issuer.roles().forEach((value, role) -> {
                if (!roles.containsKey(role)) {
                    problem(
                            where,
                            "'" + value + "' stands for the role '" + role + "', which is not defined under roles");
                }
            });
        });
        Map<String, Long> byUrl = issuers.values().stream()
                .collect(Collectors.groupingBy(issuer -> String.valueOf(issuer.issuer()), Collectors.counting()));
        byUrl.forEach((url, times) -> {
            if (times > 1) {
                problem("issuers", "the issuer " + url + " is there " + times + " times");
            }
        });
        return issuers;
    }

    private void checkUrl(String where, String name, @Nullable String text) {
        try {
            URI url = URI.create(String.valueOf(text));
            if (url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        problem(where, name + " is '" + text + "'; it must be a URL such as https://login.example.com");
    }

    private List<Clause> rules() {
        var clauses = new ArrayList<Clause>();
        named("rule", "rules", document.rules(), PolicyDocument.Rule::id).forEach((id, rule) -> {
            String where = "rules/" + id;
            if (rule.effect() == null) {
                problem(where, "it needs an effect: allow, deny or escalate");
                return;
            }
            boolean hasTerms = rule.approvers() != null
                    || rule.quorum() != null
                    || rule.expiresIn() != null
                    || rule.fourEyes() != null
                    || rule.escalateTo() != null
                    || rule.escalateAfter() != null;
            if (hasTerms && rule.effect() != Decision.ESCALATE) {
                problem(
                        where,
                        "approvers, quorum, expiresIn, fourEyes, escalateTo and escalateAfter are for the effect escalate"
                                + " alone");
            }
            if ((rule.escalateTo() == null) != (rule.escalateAfter() == null)) {
                problem(where, "escalateTo and escalateAfter belong together: to whom, and after how long");
            }
            if (rule.escalateTo() != null && !NAME.matcher(rule.escalateTo()).matches()) {
                problem(where, "escalateTo is '" + rule.escalateTo() + "', which is no name of a group");
            }
            if (rule.quorum() != null && (rule.quorum() < 1 || rule.quorum() > 20)) {
                problem(where, "quorum is " + rule.quorum() + "; it may be 1 to 20");
            }
            if (rule.approvers() != null && !NAME.matcher(rule.approvers()).matches()) {
                problem(where, "approvers is '" + rule.approvers() + "', which is no name of a group");
            }
            clauses.add(new Clause(
                    where,
                    rule.effect(),
                    patterns(where, rule.tools()),
                    rule.when() == null ? null : condition(where, rule.when(), Condition::predicate),
                    isBlank(rule.reason()) ? null : rule.reason(),
                    hasTerms ? terms(where, rule) : null,
                    exemptionsFrom(where, rule.effect())));
        });
        return clauses;
    }

    private ApprovalTerms terms(String where, PolicyDocument.Rule rule) {
        int quorum = rule.quorum() == null ? 1 : rule.quorum();
        return new ApprovalTerms(
                List.of(new ApprovalTerms.Requirement(rule.approvers(), quorum)),
                seconds(where, rule.expiresIn()),
                // Who that is depends on the call; Policy says it.
                Boolean.TRUE.equals(rule.fourEyes()) ? Clause.FOUR_EYES : null,
                escalation(where, rule));
    }

    private ApprovalTerms.@Nullable Escalation escalation(String where, PolicyDocument.Rule rule) {
        Long after = seconds(where, rule.escalateAfter());
        return rule.escalateTo() == null || after == null
                ? null
                : new ApprovalTerms.Escalation(rule.escalateTo(), after);
    }

    private @Nullable Long seconds(String where, @Nullable String text) {
        return text == null
                ? null
                : duration(where, text).map(Duration::toSeconds).orElse(null);
    }

    private List<Limit> limits() {
        Set<String> roles =
                document.roles().stream().map(role -> String.valueOf(role.id())).collect(Collectors.toSet());
        var limits = new ArrayList<Limit>();
        named("limit", "limits", document.limits(), PolicyDocument.Limit::id).forEach((id, limit) -> {
            String where = "limits/" + id;
            if (!limit.isOfPolicy() && !limit.isOfIngress()) {
                problem(
                        where,
                        "it limits nothing: give callsPerMinute, concurrentCalls, dailyBudget, callsInFlight,"
                                + " bytesPerMinute, deniedPerMinute, runSteps, runTokens, runTokensPerDay or runUsdPerDay");
            }
            if (limit.isOfIngress() && !limit.tools().isEmpty()) {
                problem(
                        where,
                        "callsInFlight, bytesPerMinute, deniedPerMinute and those of runs hold for all tools together: leave out tools,"
                                + " or put them into a limit of their own");
            }
            if (limit.cost() != null && limit.dailyBudget() == null) {
                problem(where, "it says what a call costs, but gives no dailyBudget");
            }
            notNegative(where, "callsPerMinute", limit.callsPerMinute());
            notNegative(where, "concurrentCalls", limit.concurrentCalls());
            notNegative(where, "dailyBudget", limit.dailyBudget());
            notNegative(where, "callsInFlight", limit.callsInFlight());
            notNegative(where, "bytesPerMinute", limit.bytesPerMinute());
            notNegative(where, "deniedPerMinute", limit.deniedPerMinute());
            notNegative(where, "runSteps", limit.runSteps());
            notNegative(where, "runTokens", limit.runTokens());
            notNegative(where, "runTokensPerDay", limit.runTokensPerDay());
            notNegative(where, "runUsdPerDay", limit.runUsdPerDay());
            limit.roles().stream()
                    .filter(role -> !roles.contains(role))
                    .forEach(role ->
                            problem(where, "it is for the role '" + role + "', which is not defined under roles"));
            if (!limit.isOfPolicy()) {
                return;
            }
            limits.add(new Limit(
                    id,
                    limit.agents().stream().map(Glob::new).toList(),
                    limit.roles(),
                    patterns(where, limit.tools()),
                    limit.callsPerMinute(),
                    limit.concurrentCalls(),
                    limit.dailyBudget(),
                    limit.cost() == null ? null : condition(where, limit.cost(), Condition::number)));
        });
        return List.copyOf(limits);
    }

    private void notNegative(String where, String name, @Nullable Number number) {
        if (number != null && !(number.doubleValue() >= 0)) {
            problem(where, name + " is " + number + "; it may be 0 or more");
        }
    }

    private interface ConditionReader {
        Condition read(String source) throws Condition.CompileException;
    }

    private @Nullable Condition condition(String where, String source, ConditionReader reader) {
        try {
            return reader.read(source);
        } catch (Condition.CompileException e) {
            problems.add(new PolicyProblem(where, e.line(), String.valueOf(e.getMessage())));
            return null;
        }
    }

    private List<Clause> grants(String where, List<String> deny, List<String> escalate, List<String> allow) {
        var grants = new ArrayList<Clause>();
        addGrants(where, Decision.DENY, deny, grants);
        addGrants(where, Decision.ESCALATE, escalate, grants);
        addGrants(where, Decision.ALLOW, allow, grants);
        return List.copyOf(grants);
    }

    private void addGrants(String where, Decision effect, List<String> texts, List<Clause> grants) {
        String list = effect.name().toLowerCase(Locale.ROOT);
        for (String text : texts) {
            pattern(where, text).ifPresent(pattern -> {
                String ruleId = where + "/" + list + ":" + text;
                grants.add(
                        new Clause(ruleId, effect, List.of(pattern), null, null, null, exemptionsFrom(ruleId, effect)));
            });
        }
    }

    private List<AddressPattern> patterns(String where, List<String> texts) {
        return texts.stream().flatMap(text -> pattern(where, text).stream()).toList();
    }

    private Optional<AddressPattern> pattern(String where, @Nullable String text) {
        try {
            return Optional.of(AddressPattern.of(String.valueOf(text)));
        } catch (IllegalArgumentException e) {
            problem(where, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<Duration> duration(String where, String text) {
        Optional<Duration> duration =
                Durations.read(text).filter(each -> !each.isZero() && each.compareTo(LONGEST_EXPIRY) <= 0);
        if (duration.isPresent()) {
            return duration;
        }
        problem(where, "expiresIn is '" + text + "'; it may be such as 90s, 15m or 4h, and at most 7d");
        return Optional.empty();
    }

    private <T> Map<String, T> named(String kind, String section, List<T> all, Function<T, @Nullable String> nameOf) {
        Map<String, T> byName = new LinkedHashMap<>();
        Set<String> twice = new HashSet<>();
        for (T each : all) {
            String name = nameOf.apply(each);
            if (name == null || !NAME.matcher(name).matches()) {
                problem(
                        section,
                        "the " + kind + " '" + name + "' needs a name of 1 to 100 letters, digits, '.', '_' and '-'");
            } else if (byName.putIfAbsent(name, each) != null && twice.add(name)) {
                problem(section + "/" + name, "the " + kind + " '" + name + "' is there twice");
            }
        }
        return byName;
    }

    private void checkKey(String where, String agent, PolicyDocument.Key key, Map<String, String> agentsByKey) {
        String sha256 = String.valueOf(key.sha256());
        if (!SHA_256.matcher(sha256).matches()) {
            problem(where, "one of its keys is no SHA-256 of 64 hexadecimal digits (printf %s \"$KEY\" | sha256sum)");
            return;
        }
        String other = agentsByKey.put(sha256.toLowerCase(Locale.ROOT), agent);
        if (other != null) {
            problem(where, "agents '" + other + "' and '" + agent + "' have the same key");
        }
    }

    private void problem(String where, String text) {
        problems.add(PolicyProblem.at(where, text));
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
