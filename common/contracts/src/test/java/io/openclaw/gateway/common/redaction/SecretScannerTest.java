package io.openclaw.gateway.common.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretScannerTest {
    private static final String TAIL = "0123456789abcdefghijABCDEFGHIJ0123456789";

    @ParameterizedTest
    @CsvSource({
        "aws, AKIA,IOSFODNN7EXAMPLE",
        "github, ghp_,0123456789abcdefghijABCDEFGHIJ456789",
        "github, github_pat_,0123456789abcdefghijABCDEF",
        "gitlab, glpat-,0123456789abcdefghij",
        "slack, xoxb-,123456789012-abcdefghij",
        "anthropic, sk-ant-,api03-0123456789abcdefghij",
        "openai, sk-proj-,0123456789abcdefghij",
        "stripe, sk_live_,0123456789abcdefghij",
        "google, AIza,0123456789abcdefghij0123456789abcde",
        "sendgrid, SG.,0123456789abcdefghijAB.0123456789abcdefghijAB",
        "npm, npm_,0123456789abcdefghijABCDEFGHIJ456789",
        "huggingface, hf_,0123456789abcdefghijABCDEFGHIJ4567",
        "shopify, shpat_,0123456789abcdef0123456789abcdef",
        "telegram, 123456789:,AAabcdefghijklmnopqrstuvwxyz0123456",
        "gateway, ocg_,0123456789abcdefghijABCDEFGHIJ",
        "vault, hvs.,0123456789abcdefghijABCDEF",
        "jwt, eyJhbGciOiJIUzI1NiJ9.,eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "urlpassword, postgres://app:,hunter22@db.example/app",
        "entropy, '',q9Xw3LmZ7vTbR2kYp8NcJ5hGfD4sAe6U0iOaQx1V",
    })
    void aCredentialIsRecognisedAndMaskedWhereverItStands(String kind, String head, String tail) {
        String secret = head + tail;
        String text = "before \"" + secret + "\" after";

        assertThat(SecretScanner.kinds(text)).contains(kind);
        String masked = new Redactor().redact(text);
        assertThat(masked).contains("before").contains("after").contains(Redactor.MASK);
        assertThat(masked).doesNotContain(tail.substring(0, 12));
    }

    @Test
    void aPrivateKeyIsMaskedAsAWhole() {
        String key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA" + TAIL + "\n-----END RSA PRIVATE KEY-----";

        assertThat(SecretScanner.kinds(key)).contains("privatekey");
        assertThat(new Redactor().redact(key)).doesNotContain("MIIEpAIBAAKCAQEA");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NAME=", "X-Any: ", "https://x.example/?a=", "", "(", "a,"})
    void aRandomTokenIsMaskedBehindAnything(String before) {
        String token = "q9Xw3LmZ7vTbR2kYp8NcJ5hGfD4sAe6U0iOaQx1V";

        assertThat(new Redactor().redact(before + token)).isEqualTo(before + "[masked random token, 40 characters]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ls -la /usr/share/doc/some-package-name/README.Debian.gz",
                "0190d5c2-7f1a-7c3e-9a51-3f2b1c0d4e5f",
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "src/main/java/io/openclaw/gateway/vetting/core/shell/ScriptParser.java",
                "aVeryLongCamelCaseIdentifierThatSomebodyWroteInJava",
                "https://example.com/a/b?c=d",
                "me@example.com",
                "git@github.com:owner/name.git",
                "sk-learn and task-list",
                "ghost_story"
            })
    void whatIsNoCredentialStays(String text) {
        assertThat(SecretScanner.kinds(text)).isEmpty();
        assertThat(new Redactor().redact(text)).isEqualTo(text);
    }
}
