package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.boot.Defaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** Holds the tables of settings in the modules' READMEs against the code: names, defaults and environment variables. */
class SettingsTest {
    private static final Path ROOT = Path.of("../..");
    private static final Set<String> MADE = Set.of("target", "node_modules", ".git", "data");
    private static final Pattern VALUE = Pattern.compile("@Value\\(\"\\$\\{(openclaw[a-z.-]+):([^}\"]*)}");
    private static final Pattern VARIABLE = Pattern.compile("`([A-Z][A-Z0-9_]+)`");
    private static final String SAMPLE = "7";

    /** @param isMap whether the names that follow it are the user's */
    record Setting(String name, String defaultValue, boolean isMap) {}

    record Row(Path file, String name, String variables, String defaultValue) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final Map<String, Setting> SETTINGS = settings();
    static final List<Row> ROWS = rows();

    @Test
    void everySettingHasARow() {
        assertThat(ROWS).extracting(Row::name).doesNotHaveDuplicates().containsAll(SETTINGS.keySet());
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void aRowNamesASettingAndItsDefault(Row row) {
        assertThat(SETTINGS)
                .as("settings in the code; %s names another", row.file())
                .containsKey(row.name());
        String inCode =
                SETTINGS.getOrDefault(row.name(), new Setting("", "", false)).defaultValue();
        if (!inCode.isEmpty()) {
            assertThat(row.defaultValue()).as("the default in %s", row.file()).isEqualTo(inCode);
        }
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void aRowNamesTheVariablesThatSetIt(Row row) {
        if (SETTINGS.getOrDefault(row.name(), new Setting("", "", true)).isMap()) {
            return;
        }
        List<String> variables = VARIABLE.matcher(row.variables())
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(variables).as("environment variables in %s", row.file()).isNotEmpty();
        assertThat(variables)
                .allSatisfy(variable -> assertThat(value(row.name(), Map.of(variable, SAMPLE)))
                        .as("%s set by %s", row.name(), variable)
                        .contains(SAMPLE));
    }

    private static String value(String name, Map<String, Object> variables) {
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(each -> environment.getPropertySources().remove(each.getName()));
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        environment.getPropertySources().addLast(new PropertiesPropertySource("defaults", Defaults.all()));
        return Binder.get(environment).bind(name, Bindable.of(String.class)).orElse("");
    }

    private static Map<String, Setting> settings() {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        Map<String, Setting> settings = new TreeMap<>();
        scanner.findCandidateComponents("io.openclaw.gateway").forEach(found -> {
            try {
                Class<?> type = Class.forName(found.getBeanClassName());
                add(type, type.getAnnotation(ConfigurationProperties.class).value(), settings);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        });
        for (Path source : files("**/src/main/java/**.java")) {
            VALUE.matcher(read(source)).results().forEach(found -> {
                String said = found.group(2).startsWith("#{") ? "" : found.group(2);
                settings.put(found.group(1), setting(found.group(1), said, false));
            });
        }
        return settings;
    }

    private static void add(Class<?> type, String prefix, Map<String, Setting> settings) {
        RecordComponent[] components = type.getRecordComponents();
        assertThat(components).as("%s is a record", type).isNotNull();
        Parameter[] parameters = Arrays.stream(type.getDeclaredConstructors())
                .filter(each -> each.getParameterCount() == components.length)
                .findFirst()
                .orElseThrow()
                .getParameters();
        for (int i = 0; i < components.length; i++) {
            Class<?> kind = components[i].getType();
            Name given = parameters[i].getAnnotation(Name.class);
            String name = prefix + "." + (given == null ? dashed(components[i].getName()) : given.value());
            if (kind.isRecord()) {
                add(kind, name, settings);
            } else {
                DefaultValue said = parameters[i].getAnnotation(DefaultValue.class);
                settings.put(
                        name, setting(name, said == null ? "" : String.join(",", said.value()), kind == Map.class));
            }
        }
    }

    /** What the module's YAML says wins over what the code says. */
    private static Setting setting(String name, String inCode, boolean isMap) {
        String inYaml = Stream.of(value(name, Map.of()).split(",", -1))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(","));
        return new Setting(name, inYaml.isEmpty() ? inCode : inYaml, isMap);
    }

    private static String dashed(String name) {
        Matcher matcher = Pattern.compile("[A-Z]").matcher(name);
        return matcher.replaceAll(found -> "-" + found.group().toLowerCase(Locale.ROOT));
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Path readme : files("**/README.md")) {
            for (String line : read(readme).lines().toList()) {
                if (line.startsWith("| `openclaw.")) {
                    String[] cells = line.split(" \\| ", -1);
                    assertThat(cells).as("%s: %s", readme, line).hasSizeGreaterThanOrEqualTo(4);
                    rows.add(new Row(readme, plain(cells[0]), cells[1], plain(cells[2])));
                }
            }
        }
        return rows;
    }

    private static String plain(String cell) {
        return cell.replace("|", "").replace("`", "").strip();
    }

    /** Returns the files of the repository that match, without those that builds make. */
    private static List<Path> files(String glob) {
        PathMatcher matcher = ROOT.getFileSystem().getPathMatcher("glob:" + glob);
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return MADE.contains(String.valueOf(directory.getFileName()))
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (matcher.matches(file)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
