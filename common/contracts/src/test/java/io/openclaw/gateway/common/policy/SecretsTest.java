package io.openclaw.gateway.common.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    private static final Map<String, String> VARIABLES =
            Map.of("UPSTREAM_CRM_TOKEN", "$1 \\ ${UPSTREAM_X}", "OPENCLAW_SIGNING_KEYS_POLICY", "the gateway's own");

    @Test
    void whatATextNamesIsPutInItsPlaceAsItIs() {
        assertThat(Secrets.resolve("Bearer ${UPSTREAM_CRM_TOKEN}!", VARIABLES::get))
                .isEqualTo("Bearer $1 \\ ${UPSTREAM_X}!");
    }

    @ParameterizedTest
    @ValueSource(strings = {"${OPENCLAW_SIGNING_KEYS_POLICY}", "${upstream_x}", "${UPSTREAM_A:-${HOME}}", "${}"})
    void noOtherVariableCanBeNamed(String text) {
        assertThat(Secrets.problemWith(text)).get().asString().contains("UPSTREAM_");
        assertThatThrownBy(() -> Secrets.resolve(text, VARIABLES::get)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSecretThatIsNotThereIsNamed() {
        assertThat(Secrets.problemWith("${UPSTREAM_NONE}")).isEmpty();
        assertThatThrownBy(() -> Secrets.resolve("${UPSTREAM_NONE}", VARIABLES::get))
                .hasMessageContaining("UPSTREAM_NONE is not set");
    }
}
