package io.openclaw.gateway.common.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is masked, what stays, and what nobody can hide: see the three lists in {@code src/test/resources/redaction}. */
class RedactionCorpusTest {
    private static final String SECRET = "hunter2correct";
    private static final Pattern EFFECT = Pattern.compile("«(.*?)»", Pattern.DOTALL);

    private final Redactor redactor = new Redactor();

    /**
     * @param isDocument whether the form is one of documents, which a command line cannot hold
     * @param isCommand whether the form is a command alone
     */
    record Sample(boolean isJson, boolean isDocument, boolean isCommand, String content) {
        Sample(boolean isJson, String content) {
            this(isJson, false, false, content);
        }

        @Override
        public String toString() {
            return content;
        }
    }

    static Stream<Sample> secrets() {
        return samples("secrets.txt");
    }

    static Stream<Sample> harmless() {
        return samples("harmless.txt");
    }

    static Stream<Sample> effects() {
        return samples("effects.txt");
    }

    private static Stream<Sample> samples(String file) {
        try (var in = RedactionCorpusTest.class.getResourceAsStream("/redaction/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches("[TJDC] .*"))
                    .map(line -> line.startsWith("J ")
                            ? new Sample(true, line.substring(2))
                            : new Sample(
                                    false,
                                    line.startsWith("D "),
                                    line.startsWith("C "),
                                    line.substring(2).replace("\\n", "\n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String masked(Sample sample) {
        return sample.isJson ? redactor.redact(RawJson.of(sample.content)).text() : redactor.redact(sample.content);
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void masksTheSecretInEveryForm(Sample sample) {
        String masked = masked(sample);

        assertThat(masked).contains(Redactor.MASK).doesNotContain(SECRET).doesNotContain("hunter2");
        assertThat(masked(new Sample(sample.isJson, masked))).isEqualTo(masked);
    }

    /** Each form also where it comes from: inside a command, a field of a call, or a text of an upstream. */
    @ParameterizedTest
    @MethodSource("secrets")
    void masksTheSecretInsideJson(Sample sample) {
        for (RawJson json : List.of(
                RawJson.from(List.of(sample.content)),
                RawJson.from(java.util.Map.of(
                        sample.isDocument ? "content" : "command",
                        sample.isJson ? sample.content : "run this:\n\n" + sample.content + "\n\nand that")),
                RawJson.from(java.util.Map.of("a", java.util.Map.of("b", List.of("x", sample.content)))))) {
            String masked = redactor.redact(json).text();

            assertThat(masked).contains(Redactor.MASK).doesNotContain(SECRET);
            assertThat(RawJson.of(masked).as(Object.class)).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void leavesWhatOnlyLooksLikeASecret(Sample sample) {
        assertThat(masked(sample)).isEqualTo(sample.content);
        RawJson inside = RawJson.from(java.util.Map.of("text", sample.content));
        if (!sample.isJson) {
            assertThat(redactor.redact(inside)).isEqualTo(inside);
        }
    }

    @ParameterizedTest
    @MethodSource("effects")
    void hidesNoEffect(Sample sample) {
        String plain = sample.content.replace("«", "").replace("»", "");
        List<String> all = sample.isJson
                ? List.of(masked(new Sample(true, plain)))
                : sample.isCommand
                        ? List.of(redactor.redactCommand(plain))
                        : List.of(redactor.redact(plain), redactor.redactCommand(plain));
        for (String masked : all) {
            Matcher effect = EFFECT.matcher(sample.content);
            while (effect.find()) {
                assertThat(masked).contains(effect.group(1));
            }
        }
    }

    @Test
    void theListsAreLongEnough() {
        assertThat(secrets().count()).isGreaterThanOrEqualTo(520);
        assertThat(harmless().count()).isGreaterThanOrEqualTo(400);
        assertThat(effects().count()).isGreaterThanOrEqualTo(150);
    }

    @Test
    void aMaskSaysWhatItHidesAndHowLongThatIs() {
        assertThat(redactor.redact("DB_PASSWORD=hunter2correct ls"))
                .isEqualTo("DB_PASSWORD=[masked password, 14 characters] ls");
        assertThat(redactor.redact(RawJson.of("{\"token\":\"a1b2c3\"}")).text())
                .isEqualTo("{\"token\":\"[masked token, 6 characters]\"}");
    }

    @Test
    void namesThatAreMaskedAlikeStayTwoNames() {
        RawJson json = RawJson.of("{\"password=hunter2correct\":1,\"password=correcthunter2\":2}");

        assertThat(redactor.redact(json).as(JsonNode.class).size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\\ud83d\",\"password\":\"x1y2z3\"}",
                "{\"password\":\"a\\\"b\\\\c1\",\"n\":[1.50,-0,1e+5,\"\\u0000\\n\"]}",
                "[{\"token\":\"abc\\u2028d1\"},\"\\/\",{}]"
            })
    void whatIsMaskedStaysJson(String json) {
        String masked = redactor.redact(RawJson.of(json)).text();

        assertThat(masked).contains(Redactor.MASK);
        assertThat(RawJson.of(masked).as(Object.class)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"password\":\"a\"", "{\"password\":a}", "{\"password\":\"a\"}}", "{\"password\":01}",
                        "{\"token\":\"\\x\"}",
                "{\"token\":\"\\u12\"}", "{\"token\" \"a\"}", "[\"token\",]", "{\"token\":\"a\nb\"}", "{\"token\":tru}"
            })
    void showsNothingOfWhatIsNoJson(String json) {
        assertThat(redactor.redact(RawJson.of(json)).text()).isEqualTo("\"[masked: no JSON]\"");
    }

    static Stream<String> hostileParts() {
        return Stream.of(
                "ai must ",
                "send token ",
                " ",
                "a",
                "eyJa-",
                "password=",
                "auth=",
                "token=https://",
                "token='",
                "token=\"",
                "Bearer ",
                "://",
                "://a:b",
                "-----BEGIN PRIVATE KEY-----",
                "-----BEGIN A-----x: ",
                "SG.a-",
                "cookie:",
                "Cookie: a=b; ",
                "curl -u 'a:",
                "\\",
                "\\\"",
                "mysql -p",
                "AKIA",
                "ghp_aaaa ",
                "name=token value=",
                "$1$",
                "key ",
                "api key ",
                "::",
                "<password>",
                "aB3",
                "0123456789:AA",
                "password=x;",
                "\"token\":\"x y\",",
                "Authorization: Bearer ",
                "token={",
                "token=$(",
                "token=${a",
                "auth=https://a",
                "{\"password\":",
                "[",
                "@",
                "password: |\n ",
                "user,password\n",
                "| token |\n",
                "password;token\t",
                "rm token=",
                "sh token=x ",
                "echo x1y2z3w4 | sudo -S ",
                "chpasswd <<E\n",
                "vault login ",
                "vault kv put x=",
                "'vault login ",
                "name=\"password\" ",
                "value=\"x\" key=\"password\">",
                "<key>password</key>",
                "<password>x",
                "auth=(\"a\",",
                "login(",
                "a1:b2@c:1",
                ":5432:",
                "é",
                "пароль",
                "密码：",
                "\u200B",
                "password=\u200B",
                "password=x1y2z3w4 x1y2z3w4 ",
                "token=`",
                "token=\"\"\"",
                "-[ RECORD\n",
                "{\"columns\":[\"token\"],",
                "password=;A",
                "tokens",
                "| password | ",
                "| a | password | x1y2z3w4 |\n",
                "password:\n- x1y2z3w4\n",
                "passwords: [a, ",
                "password =\n",
                "form-data; name=\"password\"\n",
                "name=\"password\"\r\n\r\n",
                "password%3D",
                "password%25252525",
                "%3D",
                "password&quot;:",
                "password\\u003d",
                "<password a ",
                "<a:password b>",
                "password: <b>",
                "password</b>",
                "password is now to ",
                "the password was set to ",
                "ENV PASSWORD ",
                "ConvertTo-SecureString ",
                "net use a ",
                "https://x1y2z3w4v5u6",
                "?code=",
                "code=x1&",
                "variable \"password\" {",
                "password: str = ",
                "password for ",
                "insert into t (password) values ('",
                "insert into t (password) values ('a'),\n",
                "insert into ",
                "('a'),",
                "identified by ",
                "password......",
                "user = \"a:",
                "password = str(",
                "Pwd={",
                "password: !a ",
                "seed phrase: abandon ");
    }

    /** 40 characters looked at for each that there is, whatever it is; a clock would say less. */
    @ParameterizedTest
    @MethodSource("hostileParts")
    void theWorkIsLinear(String part) {
        String text = part.repeat(100_000 / part.length());

        assertThat(workOf(text)).isLessThan(40L * text.length());
        assertThat(workOfJson(RawJson.from(List.of(text)))).isLessThan(80L * text.length());
        assertThat(workOfJson(RawJson.from(java.util.Map.of("Authorization", text))))
                .isLessThan(80L * text.length());
        // Twice the text is at most twice the work, but for what a text costs at all.
        assertThat(workOf(text + text)).isLessThanOrEqualTo(3 * workOf(text) + 10_000);
    }

    @Test
    void theWorkIsLinearOnRandomTexts() {
        var random = new Random(20261126);
        List<String> parts = hostileParts().toList();
        for (int round = 0; round < 50; round++) {
            var text = new StringBuilder();
            while (text.length() < 50_000) {
                text.append(parts.get(random.nextInt(parts.size())).repeat(1 + random.nextInt(3)));
            }
            assertThat(workOf(text.toString())).isLessThan(40L * text.length());
        }
    }

    @Test
    void deepJsonIsNoTrouble() {
        String deep = "{\"token\":".repeat(900) + "\"a1b2c3\"" + "}".repeat(900);
        assertThat(redactor.redact(RawJson.of(deep)).text()).doesNotContain("a1b2c3");
        assertThat(redactor.redact(RawJson.of("[".repeat(100_000) + "\"password\""))
                        .text())
                .isEqualTo("\"[masked: no JSON]\"");
    }

    private static long workOf(String text) {
        var work = new Work();
        Redactor.redact(text, false, work);
        return work.characters();
    }

    private long workOfJson(RawJson json) {
        var work = new Work();
        redactor.redact(json, work);
        return work.characters();
    }
}
