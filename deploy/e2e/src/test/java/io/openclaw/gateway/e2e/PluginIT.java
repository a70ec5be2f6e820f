package io.openclaw.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The plugin of OpenClaw by itself, with doubles of OpenClaw and of the gateway: its tests are JavaScript. */
@Tag(NpmAhead.TAG)
@Order(3)
class PluginIT {

    @Test
    void passesItsOwnTests() throws IOException, InterruptedException {
        Path tests = Path.of("../openclaw-plugin/test/gateway.test.js").toAbsolutePath();
        Process node = Npm.script(Path.of("--test"), tests.toString()).start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(said).isZero();
        assertThat(said).containsPattern("pass [1-9]");
    }
}
