package io.openclaw.gateway.audit.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SearchKeysTest {
    private static final String COMPLETED = """
        {"call":{"callId":"c","agent":"demo","upstream":"openclaw","tool":"exec","parentCallId":"P1",
         "arguments":{"command":"terraform destroy -auto-approve","env":{"a":["x1"]}},"intent":"Clean up",
         "identity":{"onBehalfOf":"alice"},"run":{"session":"s1","run":"r1"},"context":{"sessionKey":"k1"}},
         "verdicts":[{"stage":"POLICY","reasons":[{"ruleId":"role/demo","severity":"INFO"}],"policyVersion":"abc"},
          {"stage":"APPROVAL","decidedBy":"eve","reasons":[]}],
         "findings":[{"ruleId":"results/injection","severity":"HIGH"}],
         "result":{"text":"Destroyed 7 résumés"},"error":{"message":"no"},"completedBy":"EXECUTOR"}\
        """;

    @Test
    void areWhatAnEventNames() {
        assertThat(SearchKeys.of("call.completed", COMPLETED))
                .contains(
                        "onBehalfOf:alice",
                        "upstream:openclaw",
                        "parent:p1",
                        "session:s1",
                        "session:k1",
                        "run:r1",
                        "stage:POLICY",
                        "stage:APPROVAL",
                        "stage:EXECUTOR",
                        "policyVersion:abc",
                        "approver:eve",
                        "rule:role/demo",
                        "rule:results/injection",
                        "severity:INFO",
                        "severity:HIGH");
    }

    @Test
    void areTheWordsOfArgumentsIntentResultAndError() {
        assertThat(SearchKeys.of("call.completed", COMPLETED).stream()
                        .filter(key -> key.startsWith("word:"))
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "word:terraform",
                        "word:destroy",
                        "word:auto",
                        "word:approve",
                        "word:x1",
                        "word:clean",
                        "word:up",
                        "word:destroyed",
                        "word:résumés",
                        "word:no");
    }

    /** The same arguments stand in four events of a call. */
    @Test
    void areNoWordsOfEventsThatRepeatACall() {
        assertThat(SearchKeys.of("call.cleared", COMPLETED)).noneMatch(key -> key.startsWith("word:"));
    }

    @Test
    void areBoundedHoweverLongAnEventIs() {
        String words = IntStream.range(0, 100_000).mapToObj(n -> "w" + n).collect(Collectors.joining(" "));
        assertThat(SearchKeys.of("run.started", "{\"prompt\":\"" + words + "\"}"))
                .hasSize(SearchKeys.MAX_WORDS);
        assertThat(SearchKeys.of("run.started", "{\"prompt\":\"" + "x".repeat(1_000_000) + "\"}"))
                .isEmpty();
    }

    @Test
    void areNoneOfWhatIsNoEvent() {
        assertThat(SearchKeys.of("unreadable", "[1")).isEmpty();
        assertThat(SearchKeys.of("unreadable", "null")).isEmpty();
        assertThat(SearchKeys.of("call.completed", "{\"verdicts\":{\"stage\":1},\"call\":[]}"))
                .isEmpty();
    }

    @Test
    void areHashedAsTheirDescriptionSays() throws Exception {
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest("rule:a".getBytes(StandardCharsets.UTF_8));
        assertThat(SearchKeys.hashes(Set.of("rule:a")))
                .containsExactly(ByteBuffer.wrap(sha256).getLong());
    }
}
