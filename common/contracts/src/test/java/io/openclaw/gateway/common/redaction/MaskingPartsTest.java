package io.openclaw.gateway.common.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts that masking is made of, each by itself; {@link RedactionCorpusTest} has them together. */
class MaskingPartsTest {
    private static final SecretNames.Name PASSWORD = Literals.PASSWORD;

    private final Spans spans = new Spans();
    private final Work work = new Work();

    private Values values(String text) {
        return new Values(text, false, spans, work);
    }

    @Nested
    class OfLiterals {
        @ParameterizedTest
        @ValueSource(strings = {"hunter2correct", "Tr0ub4dor&3", "1234", "aBcDeFgHiJ"})
        void looksLikeASecret(String value) {
            assertThat(Literals.looksSecret(value)).isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"production", "required", "abc", "12"})
        void looksLikeAWord(String value) {
            assertThat(Literals.looksSecret(value)).isFalse();
        }

        @ParameterizedTest
        @CsvSource({"abc$(ls), 3", "abc`ls`, 3", "abc;ls, 3", "abc|sh, 3", "abcdef, 6", "a&B, 3"})
        void codeBeginsWhereAShellWouldRun(String value, int at) {
            assertThat(Literals.codeIn(value, 0, value.length())).isEqualTo(at);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"$DB_PASSWORD", "${DB_PASSWORD}", "%TOKEN%", "<password>", "{{ x }}", "****", "config.token"
                })
        void isAReference(String value) {
            assertThat(Literals.isReference(value, 0, value.length())).isTrue();
        }
    }

    @Nested
    class OfOptions {
        @Test
        void knowsWhatFollowsAnOptionOfAProgram() {
            assertThat(ProgramOptions.optionOf("sshpass", "-phunter2")).isEqualTo("-p");
            assertThat(ProgramOptions.optionOf("mysql", "-phunter2")).isEqualTo("-p!");
            assertThat(ProgramOptions.optionOf("ls", "-p")).isNull();
            assertThat(ProgramOptions.maskCredential("bob:hunter2x", "-u:", work))
                    .isEqualTo("bob:[masked password, 8 characters]");
            assertThat(ProgramOptions.of("docker login")).isEqualTo("-p");
        }
    }

    @Nested
    class OfCommands {
        @Test
        void knowsWhereSecretsStandAmongWords() {
            assertThat(Commands.find(List.of("vault", "login", "hunter2correct")))
                    .containsExactly(new Commands.Found(2, 0, 14, true));
            assertThat(Commands.find(List.of("vault", "kv", "put", "a/b", "k=hunter2")))
                    .containsExactly(new Commands.Found(4, 2, 9, true));
            assertThat(Commands.find(List.of("sqlplus", "bob/hunter2@db")))
                    .containsExactly(new Commands.Found(1, 4, 11, true));
            assertThat(Commands.find(List.of("vault", "kv", "get", "a/b"))).isEmpty();
            assertThat(Commands.readsSecret(List.of("sudo", "-S", "ls"))).isTrue();
            assertThat(Commands.readsSecret(List.of("sudo", "ls"))).isFalse();
        }
    }

    @Nested
    class OfOperands {
        @ParameterizedTest
        @CsvSource({
            "rm evil1234, 3, true",
            "rm -rf evil1234, 7, true",
            "sh evil1234, 3, true",
            "sh deploy.sh evil1234, 13, false",
            "evil1234 now, 0, true",
            "sudo evil1234, 5, true",
            "echo evil1234, 5, false",
            "kubectl delete ns evil1234, 18, true",
            "echo a; evil1234, 8, true"
        })
        void sayWhatWouldRunOrBeDeleted(String text, int at, boolean visible) {
            assertThat(Operands.isVisible(text, at, true, work)).isEqualTo(visible);
        }
    }

    @Nested
    class OfDocuments {
        @Test
        void masksALineOfABlockByItself() {
            String text = "password: |\n  hunter2a\n  hunter2b\nx: hunter2c";

            assertThat(new Blocks(text, values(text), work).mask(0, 10, PASSWORD))
                    .isPositive();
            assertThat(spans.masked(text))
                    .isEqualTo("password: |\n  [masked password, 8 characters]\n  [masked password, 8 characters]\n"
                            + "x: hunter2c");
        }

        @Test
        void masksTheColumnOfAHeader() {
            String text = "user,password\nbob,hunter2a\neve,\"hunter2,b\"\n\nuser,x\nbob,hunter2c";

            Tables.mask(text, false, values(text), work);

            assertThat(spans.masked(text))
                    .isEqualTo(
                            "user,password\nbob,[masked password, 8 characters]\neve,\"[masked password, 9 characters]\""
                                    + "\n\nuser,x\nbob,hunter2c");
        }

        @Test
        void masksAnElementsTextUpToItsEndTagAlone() {
            String text = ">hunter2a</password>";

            assertThat(new Markup(text, values(text), work).body(1, PASSWORD)).isPositive();
            assertThat(spans.masked(text)).isEqualTo(">[masked password, 8 characters]</password>");
            assertThat(new Markup("> out.txt", values("> out.txt"), work).body(1, PASSWORD))
                    .isNegative();
        }

        @Test
        void masksThePasswordBeforeAHostAndAPort() {
            String text = "admin:hunter2a@db:5432 and me@x.example";
            var logins = new Logins(text, spans, values(text), work);

            logins.before(text.indexOf('@'));
            logins.before(text.lastIndexOf('@'));

            assertThat(spans.masked(text)).isEqualTo("admin:[masked password, 8 characters]@db:5432 and me@x.example");
        }
    }

    @Nested
    class OfRepeats {
        @Test
        void masksALiteralWhereverItStands() {
            var repeats = new Repeats();
            repeats.add("hunter2correct", "password");
            repeats.add("short1", "password");
            repeats.add("production", "password");

            assertThat(repeats.mask("xhunter2correcty short1 production", false, work))
                    .isEqualTo("x[masked password, 14 characters]y short1 production");
            assertThat(repeats.mask("rm hunter2correct", true, work)).isEqualTo("rm hunter2correct");
        }

        @Test
        void looksOnceHoweverManyLiteralsAreKnown() {
            var repeats = new Repeats();
            for (int i = 0; i < 10_000; i++) {
                repeats.add("hunter2" + i + "correct", "password");
            }
            var once = new Work();
            repeats.mask("hunter2x".repeat(10_000), false, once);

            assertThat(once.characters()).isLessThan(30L * 80_000);
        }
    }

    @Nested
    class OfTheQuickLook {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "The build of yesterday passed on all machines, see the table of contents on page 12.",
                    "{\"action\":\"send\",\"sort\":\"createdAt\",\"path\":\"/home/me/x\",\"monkey\":1}",
                    "tokenizer author keyboard passport spinning compass",
                    "https://example.com/a/b?c=d",
                    "ein naïver Text über Größe"
                })
        void costsAPassOrTwoAndNothingElse(String text) {
            assertThat(QuickLook.mayHoldSecret(text, work)).isFalse();
            assertThat(work.characters()).isLessThan(6L * text.length());
        }

        /** What the quick look passes over, the whole look must not find anything in. */
        @Test
        void passesOverNothing() {
            var random = new Random(17);
            List<String> parts = List.of(
                    "password",
                    "=",
                    "x1y2z3w4",
                    " ",
                    "\\n",
                    "TOKEN",
                    ":",
                    "\"",
                    "vault",
                    "login",
                    "ghp_",
                    "aB3",
                    "\n",
                    "user",
                    ",",
                    "@db:5432",
                    "пароль",
                    "-p",
                    "curl",
                    "{",
                    "}",
                    "eyJ",
                    ".",
                    "AKIA",
                    "secret",
                    "Key",
                    "api",
                    "s");
            for (int round = 0; round < 20_000; round++) {
                var text = new StringBuilder();
                for (int i = random.nextInt(8); i >= 0; i--) {
                    text.append(parts.get(random.nextInt(parts.size())));
                }
                RawJson inside = RawJson.from(List.of(text.toString()));
                String masked = new Redactor().redact(text.toString());
                if (!masked.equals(text.toString())) {
                    assertThat(QuickLook.mayHoldSecret(inside.text(), new Work()))
                            .as(text.toString())
                            .isTrue();
                }
            }
        }
    }

    @Nested
    class OfForms {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "--X\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nopensesame\r\n--X--",
                    "Content-Disposition: form-data; name=\"password\"\r\nContent-Type: text/plain\r\n\r\nopensesame\r\n"
                })
        void masksThePartOfASecretBehindItsHeaders(String body) {
            assertThat(new Redactor().redact(body)).contains(Redactor.MASK).doesNotContain("opensesame");
        }

        @Test
        void leavesOtherParts() {
            String body = "Content-Disposition: form-data; name=\"city\"\r\n\r\nopensesame\r\n--X--";

            assertThat(new Redactor().redact(body)).isEqualTo(body);
        }
    }

    @Nested
    class OfPhrasesOfWallets {
        private static final String WORDS =
                "abandon ability able about above absent absorb abstract absurd abuse access accident";

        @Test
        void masksTwelveWords() {
            for (String name : List.of("mnemonic", "seed_phrase", "recoveryPhrase")) {
                assertThat(new Redactor()
                                .redact(RawJson.from(java.util.Map.of(name, WORDS)))
                                .text())
                        .contains(Redactor.MASK)
                        .doesNotContain("abandon");
                assertThat(new Redactor().redact(name + "=\"" + WORDS + "\"")).doesNotContain("abandon");
            }
        }

        @Test
        void leavesTheMnemonicOfAnInstruction() {
            RawJson json = RawJson.of("{\"mnemonic\":\"mov\"}");

            assertThat(new Redactor().redact(json)).isEqualTo(json);
        }
    }

    @Test
    void masksTheKeyOfTwilio() {
        assertThat(new Redactor().redact("use SK" + "0123456789abcdef".repeat(2) + " now"))
                .isEqualTo("use [masked twilio token, 34 characters] now");
    }
}
