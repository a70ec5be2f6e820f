package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.topic.Service;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** The router of docker-compose.yml sends each path to the service that has it. */
class RouterTest {
    private static final Pattern LOCATION =
            Pattern.compile("location (=|~)? ?(\\S+) \\{ (?:proxy_pass \\$(\\w+);|return (\\d+);) }");

    /** As nginx has them: an exact one wins, then the first of the expressions, then the prefix. */
    private final List<Location> locations = locations();

    private record Location(String kind, String path, String to) {
        boolean isOf(String requested) {
            return switch (kind) {
                case "=" -> requested.equals(path);
                case "~" -> Pattern.compile(path).matcher(requested).find();
                default -> requested.startsWith(path);
            };
        }
    }

    private static List<Location> locations() {
        try {
            Matcher found = LOCATION.matcher(Files.readString(ComposeFile.ROOT.resolve("deploy/compose/nginx.conf")));
            List<Location> locations = new ArrayList<>();
            while (found.find()) {
                locations.add(new Location(
                        found.group(1) == null ? "" : found.group(1),
                        found.group(2),
                        found.group(3) == null ? found.group(4) : found.group(3)));
            }
            return locations;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String routed(String path) {
        for (String kind : List.of("=", "~", "")) {
            for (Location location : locations) {
                if (location.kind().equals(kind) && location.isOf(path)) {
                    return location.to();
                }
            }
        }
        throw new AssertionError("nothing for " + path);
    }

    private static Map<String, Service> paths() throws ClassNotFoundException {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(Controller.class));
        Map<String, Service> paths = new TreeMap<>();
        for (Service service : Service.values()) {
            for (var found : scanner.findCandidateComponents("io.openclaw.gateway." + service.label())) {
                Class<?> controller = Class.forName(found.getBeanClassName());
                for (Method method : controller.getDeclaredMethods()) {
                    RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
                    if (mapping != null) {
                        for (String prefix :
                                of(AnnotatedElementUtils.findMergedAnnotation(controller, RequestMapping.class))) {
                            for (String path : of(mapping)) {
                                paths.put((prefix + path).replaceAll("\\{[^}]*}", "x"), service);
                            }
                        }
                    }
                }
            }
        }
        return paths;
    }

    private static List<String> of(@Nullable RequestMapping mapping) {
        return mapping == null || mapping.path().length == 0 ? List.of("") : List.of(mapping.path());
    }

    @Test
    void eachPathGoesToTheServiceThatHasIt() throws ClassNotFoundException {
        Map<String, Service> paths = paths();
        assertThat(paths).hasSizeGreaterThan(60);
        assertThat(paths)
                .allSatisfy((path, service) -> assertThat(routed(path)).as(path).isEqualTo(service.label()));
    }

    @Test
    void whatEveryServiceHasOfItselfIsNotForEverybody() {
        assertThat(routed("/actuator/prometheus")).isEqualTo("404");
        assertThat(routed("/actuator/health")).isEqualTo("404");
    }

    @Test
    void aPathThatOnlyBeginsLikeAnotherGoesWhereItBelongs() {
        assertThat(routed("/v1/policyholders")).isEqualTo("ingress");
        assertThat(routed("/console/toolsmith")).isEqualTo("ingress");
        assertThat(routed("/v1/tools/x")).isEqualTo("ingress");
        assertThat(routed("/sign-in")).isEqualTo("ingress");
    }
}
