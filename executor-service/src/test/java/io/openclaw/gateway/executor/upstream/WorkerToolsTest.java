package io.openclaw.gateway.executor.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.policy.ToolDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerToolsTest {
    private static final String MINE = "tools:\n  - {name: mine, description: My own.}\n";

    @TempDir
    private Path directory;

    private WorkerTools tools(String yaml) throws IOException {
        Files.writeString(file(), yaml);
        return new WorkerTools(file());
    }

    private Path file() {
        return directory.resolve("tools.yaml");
    }

    private static List<String> names(WorkerTools tools) {
        return tools.now().stream().map(ToolDefinition::name).toList();
    }

    @Test
    void areThoseThatEveryWorkerHas() {
        List<String> shipped = names(new WorkerTools(null));
        assertThat(shipped).contains("exec", "read", "sessions_list").doesNotHaveDuplicates();
    }

    @Test
    void areMoreWithAFile() throws Exception {
        assertThat(names(tools(MINE))).contains("exec", "mine");
    }

    @Test
    void areReplacedByThoseOfAFileWithTheSameName() throws Exception {
        WorkerTools tools = tools("tools:\n  - {name: exec, description: Only ours.}\n");
        assertThat(tools.now())
                .filteredOn(tool -> tool.name().equals("exec"))
                .extracting(ToolDefinition::description)
                .containsExactly("Only ours.");
    }

    @Test
    void followTheFile() throws Exception {
        WorkerTools tools = tools(MINE);
        assertThat(names(tools)).contains("mine");
        Files.writeString(file(), "tools:\n  - {name: yours}\n");
        assertThat(names(tools)).contains("yours").doesNotContain("mine");
        Files.writeString(file(), "");
        assertThat(names(tools)).isEqualTo(names(new WorkerTools(null)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tools: [",
                "tools: [{name: a, nonsense: 1}]",
                "tools: [{description: nameless}]",
                "tools: [{name: a}, {name: a}]",
                "tolls: []",
                "tools: [{name: {}}]"
            })
    void stayAsTheyWereWhileTheFileIsBroken(String broken) throws Exception {
        WorkerTools tools = tools(MINE);
        List<String> before = names(tools);
        Files.writeString(file(), broken);
        assertThat(names(tools)).isEqualTo(before);
        Files.writeString(file(), "tools: [{name: mended}]");
        assertThat(names(tools)).contains("mended");
    }

    @Test
    void stayAsTheyWereWhileThereIsNoFile() throws Exception {
        WorkerTools tools = tools(MINE);
        List<String> before = names(tools);
        Files.delete(file());
        assertThat(names(tools)).isEqualTo(before);
    }
}
