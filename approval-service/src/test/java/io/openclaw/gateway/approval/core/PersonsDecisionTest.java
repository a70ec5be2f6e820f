package io.openclaw.gateway.approval.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PersonsDecisionTest {

    @ParameterizedTest
    @CsvSource({"approve, APPROVED", "APPROVE, APPROVED", "Approve, APPROVED", "deny, DENIED", "Deny, DENIED"})
    void isOneOfTwoWordsInAnyCase(String word, Status status) {
        assertThat(new PersonsDecision(word, null, null).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "yes", "approved", "approve ", "deny\n", "null"})
    void isNothingElse(@Nullable String word) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PersonsDecision(word, null, null).status())
                .withMessageStartingWith("'decision' is ")
                .withMessageContaining("it is \"approve\" or \"deny\"");
    }

    @Test
    void takesAReasonOfAThousandCharacters() {
        assertThat(new PersonsDecision("approve", "x".repeat(1_000), null).status())
                .isEqualTo(Status.APPROVED);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PersonsDecision("approve", "x".repeat(1_001), null).status())
                .withMessageContaining("it may have at most 1000");
    }

    /** Such a reason could be neither stored nor published. */
    @Test
    void takesNoReasonThatCannotBeCarried() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PersonsDecision("deny", "a\0b", null).status())
                .withMessageContaining("NUL");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PersonsDecision("deny", "a\ud800b", null).status())
                .withMessageContaining("lone surrogate");
        assertThat(new PersonsDecision("deny", "a😀b", null).status()).isEqualTo(Status.DENIED);
    }
}
