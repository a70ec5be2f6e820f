package io.openclaw.gateway.common.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasskeysTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://gateway.example.com",
                "https://gateway.example.com:8443/base",
                "http://localhost:8000",
                "http://gateway.localhost"
            })
    void areThereAtSecureNamesAndOnThisMachine(String url) {
        assertThat(Passkeys.problem(URI.create(url))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://192.0.2.1", "http://127.0.0.1:8000", "https://[2001:db8::1]:8443", "http://[::1]"})
    void areNotThereAtIpAddresses(String url) {
        assertThat(Passkeys.problem(URI.create(url)))
                .hasValueSatisfying(text -> assertThat(text).contains("not an IP address"));
    }

    @Test
    void areNotThereWithoutHttps() {
        assertThat(Passkeys.problem(URI.create("http://gateway.example.com")))
                .hasValueSatisfying(text -> assertThat(text).contains("https"));
        assertThat(Passkeys.problem(URI.create("http://localhost.example.com"))).isPresent();
    }
}
