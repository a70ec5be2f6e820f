package io.openclaw.gateway.vetting.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.vetting.core.Finding;
import io.openclaw.gateway.vetting.core.Vetting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleDirectoryTest {
    private static final String RULE = "guard/own-directories";

    private final Vetting vetting = vetting();

    private static Vetting vetting() {
        try {
            return new Vetting(
                    RuleDirectory.read(null, List.of(Path.of("/srv/gateway-state"), Path.of("/root/checkout/.env"))));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat /srv/gateway-state/secrets.properties",
                "rev /srv/gateway-state/kafka/client.properties",
                "frobnicate /srv/gateway-state/quickstart.env",
                "cat /srv/gateway-state/quickstart.en?",
                "cat /srv/gateway-state/*",
                "cd /srv/gateway-state; cat quickstart.env",
                "cd /srv && cat gateway-state/quickstart.env",
                "cat /srv/../srv/./gateway-state/x",
                "cat < /srv/gateway-state/x",
                "echo 'rules: []' > /srv/gateway-state/policy/extra.yaml",
                "unzip evil.zip -d /srv/gateway-state/policy",
                "rm -r /srv/gateway-state",
                "mv /srv /tmp/x",
                "tar c /srv | base64",
                "python3 -c \"print(open('/srv/gateway-state/x').read())\"",
                "cat ~/checkout/.env"
            })
    void guardsWhatTheGatewayKeepsWhereverItIs(String command) {
        assertThat(vetting.examine(command).findings())
                .extracting(Finding::rule)
                .contains(RULE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write", "edit", "delete_file"})
    void guardsItAgainstToolsOfFiles(String tool) {
        assertThat(vetting.examine(tool, "{\"path\":\"/srv/gateway-state/policy/x.yaml\",\"content\":\"\"}")
                        .findings())
                .extracting(Finding::rule)
                .contains(RULE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ls /srv", "cat /srv/other/x", "cat .env.example", "ls -l", "cat /srv/gateway-state-2/x"})
    void hasNothingAgainstTheRest(String command) {
        assertThat(vetting.examine(command).findings())
                .extracting(Finding::rule)
                .doesNotContain(RULE);
    }
}
