package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.routing.Routing;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@link Service} says what the code of each service does. */
@AnalyzeClasses(packages = "io.openclaw.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ServiceTopicsTest {
    /** An event that a service makes is one that it writes; {@link Service} says which, and brokers are set up by that. */
    @ArchTest
    static void servicesWriteTheTopicsThatTheyMakeEventsFor(JavaClasses classes) {
        Map<String, Topic> topics = Arrays.stream(EventType.values())
                .collect(Collectors.toMap(type -> type.eventClass().getName(), EventType::topic));
        for (Service service : Service.values()) {
            for (JavaClass each : classesOf(service, classes)) {
                for (JavaConstructorCall made : each.getConstructorCallsFromSelf()) {
                    Topic topic = topics.get(made.getTargetOwner().getName());
                    if (topic != null) {
                        assertThat(service.writes()).as(made.getDescription()).contains(topic);
                    }
                }
            }
        }
    }

    @ArchTest
    static void servicesNameOnlyTopicsThatTheyReadOrWrite(JavaClasses classes) {
        for (Service service : Service.values()) {
            for (JavaClass each : classesOf(service, classes)) {
                for (JavaFieldAccess named : each.getFieldAccessesFromSelf()) {
                    if (named.getTargetOwner().isEquivalentTo(Topic.class) && isConstant(named.getName())) {
                        assertThat(EnumSet.copyOf(Stream.concat(service.reads().stream(), service.writes().stream())
                                        .toList()))
                                .as(named.getDescription())
                                .contains(Topic.valueOf(named.getName()));
                    }
                }
            }
        }
    }

    /** What a verdict leads to goes where its stage may write. */
    @Test
    void stagesWriteTheTopicsThatRoutingLeadsTo() {
        for (Stage stage : List.of(Stage.POLICY, Stage.VETTING, Stage.APPROVAL)) {
            for (Decision outcome : Decision.values()) {
                var verdict = Verdict.of(stage, outcome, List.of(), "test", Instant.EPOCH, null);
                assertThat(Service.valueOf(stage.name()).writes())
                        .as(stage + " says " + outcome)
                        .contains(Routing.after(stage, List.of(verdict)));
            }
        }
    }

    private static boolean isConstant(String field) {
        return Arrays.stream(Topic.values()).anyMatch(topic -> topic.name().equals(field));
    }

    private static List<JavaClass> classesOf(Service service, JavaClasses classes) {
        String inside = "io.openclaw.gateway." + service.label() + ".";
        return classes.stream()
                .filter(each -> (each.getPackageName() + ".").startsWith(inside))
                .toList();
    }
}
