package io.openclaw.gateway.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Order;

@Order(0)
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
    static final ArchRule corePackagesKnowNoSpringKafkaOrJdbc = noClasses()
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
    static final ArchRule corePackagesKnowNoAdapters = noClasses()
            .that()
            .resideInAPackage("io.openclaw.gateway.*.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.openclaw.gateway.*.kafka..",
                    "io.openclaw.gateway.*.web..",
                    "io.openclaw.gateway.*.persistence..");

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
}
