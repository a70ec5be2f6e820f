package io.openclaw.gateway.vetting.web;

import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.vetting.core.rule.Rule;
import io.openclaw.gateway.vetting.core.rule.RuleOutcome;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import io.openclaw.gateway.vetting.file.RulesInForce;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/vetting/rules}: the rules in force. */
@RestController
final class RulesController {
    private final RulesInForce rules;

    RulesController(RulesInForce rules) {
        this.rules = rules;
    }

    /**
     * @param version the content hash that verdicts name
     * @param problem what is wrong with the files as they are now; while there is something, they are not in force
     */
    record RulesView(String version, @Nullable String problem, List<RuleView> rules) {}

    record RuleView(
            String id,
            String title,
            Severity severity,
            RuleOutcome outcome,
            String reason,
            String alternative,
            Rule.Examples examples) {
        static RuleView of(Rule rule) {
            return new RuleView(
                    rule.id(),
                    rule.title(),
                    rule.severity(),
                    rule.outcome(),
                    rule.reason(),
                    rule.alternative(),
                    rule.examples());
        }
    }

    /** @param pack only the rules of this pack, such as {@code git} */
    @GetMapping("/v1/vetting/rules")
    RulesView list(@RequestParam(required = false) @Nullable String pack) {
        RulePack inForce = rules.vetting().pack();
        return new RulesView(
                inForce.version(),
                rules.problem(),
                inForce.rules().stream()
                        .filter(rule -> pack == null || rule.id().startsWith(pack + "/"))
                        .map(RuleView::of)
                        .toList());
    }
}
