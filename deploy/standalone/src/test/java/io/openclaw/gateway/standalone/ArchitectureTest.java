package io.openclaw.gateway.standalone;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.List;

/** The walls that no module boundary stands for. */
@AnalyzeClasses(packages = "io.openclaw.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] SERVICES = {
        "..gateway.ingress..",
        "..gateway.policy..",
        "..gateway.vetting..",
        "..gateway.approval..",
        "..gateway.executor..",
        "..gateway.audit.."
    };

    @ArchTest
    static final ArchRule coreKnowsNoFramework = noClasses()
            .that()
            .resideInAPackage("io.openclaw.gateway.*.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "org.apache.kafka..",
                    "java.sql..",
                    "javax.sql..",
                    "org.postgresql..",
                    "jakarta.servlet..");

    @ArchTest
    static final ArchRule coreKnowsNoAdapter = noClasses()
            .that()
            .resideInAPackage("io.openclaw.gateway.*.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.openclaw.gateway.*.kafka..",
                    "io.openclaw.gateway.*.web..",
                    "io.openclaw.gateway.*.persistence..",
                    "io.openclaw.gateway.*.upstream..",
                    "io.openclaw.gateway.*.file..",
                    "io.openclaw.gateway.*.cli..");

    @ArchTest
    static final ArchRule contractsKnowNoSpring = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.openclaw.gateway.common.call..",
                    "io.openclaw.gateway.common.event..",
                    "io.openclaw.gateway.common.json..",
                    "io.openclaw.gateway.common.policy..",
                    "io.openclaw.gateway.common.redaction..",
                    "io.openclaw.gateway.common.routing..",
                    "io.openclaw.gateway.common.signing..",
                    "io.openclaw.gateway.common.topic..",
                    "io.openclaw.gateway.common.mcp..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule servicesDoNotDependOnEachOther = slices().matching(
                    "io.openclaw.gateway.(ingress|policy|vetting|approval|executor|audit)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule commonDependsOnNoService = noClasses()
            .that()
            .resideInAPackage("io.openclaw.gateway.common..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SERVICES);

    /** What an adapter still calls of another; a new entry needs a reason, and an interface in core is the better one. */
    private static final List<List<String>> CALLED_STILL = List.of(
            // The loops that read topics drive stores, rules and upstreams: use cases in the wrong package.
            List.of("*.kafka", "*.persistence"),
            List.of("vetting.kafka", "vetting.file"),
            List.of("executor.kafka", "executor.upstream"),
            // Pages and routes of what those loops do.
            List.of("approval.web", "approval.kafka"),
            List.of("approval.web", "approval.persistence"),
            List.of("policy.web", "policy.kafka"),
            List.of("policy.web", "policy.file"),
            List.of("policy.web", "policy.persistence"),
            List.of("vetting.web", "vetting.file"),
            List.of("audit.web", "audit.persistence"));

    @ArchTest
    static final ArchRule adaptersDoNotCallAdapters = adaptersDoNotCallAdapters();

    private static ArchRule adaptersDoNotCallAdapters() {
        SliceRule rule = slices().matching("io.openclaw.gateway.(ingress|policy|vetting|approval|executor|audit)"
                        + ".(kafka|web|persistence|upstream|file)..")
                .should()
                .notDependOnEachOther();
        for (List<String> called : CALLED_STILL) {
            rule = rule.ignoreDependency(
                    resideInAPackage("io.openclaw.gateway." + called.getFirst() + ".."),
                    resideInAPackage("io.openclaw.gateway." + called.getLast() + ".."));
        }
        return rule;
    }
}
