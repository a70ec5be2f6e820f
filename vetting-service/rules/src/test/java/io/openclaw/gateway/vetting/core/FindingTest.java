package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FindingTest {
    private static final String FACE = "\ud83d\ude00";

    /** A reason with half a character could enter no topic, and its call would have no verdict. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void noReasonHoldsHalfACharacter(int shift) {
        String long1 = "x".repeat(shift) + FACE.repeat(300);
        var vetting = new Vetting(RulePack.builtIn());
        for (String command : new String[] {
            "eval \"$" + long1 + "\"", "\"$(" + long1 + ")\"", "bash -c \"" + long1 + " $X\"", "'" + long1
        }) {
            assertThat(vetting.examine(command).findings())
                    .allSatisfy(finding ->
                            assertThat(JsonText.loneSurrogate(finding.reason())).isNegative());
        }
        assertThat(Finding.doubt("half: " + FACE.charAt(0)).reason()).contains("half: \ufffd");
    }
}
