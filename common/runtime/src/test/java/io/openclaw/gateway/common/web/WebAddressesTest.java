package io.openclaw.gateway.common.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class WebAddressesTest {
    private static final WebAddresses SET = new WebAddresses(
            List.of("gateway.internal", "other:8443"),
            List.of("https://App.example.com/", "vscode-webview://abc"),
            "https://gateway.example.com/base/");

    private static MockHttpServletRequest to(String host, int port) {
        var request = new MockHttpServletRequest("GET", "/v1/tools");
        request.setServerName(host);
        request.setServerPort(port);
        request.setLocalAddr("192.168.7.5");
        return request;
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com, true",
        "https://app.example.com:443, true",
        "https://app.example.com:80, false",
        "https://gateway.example.com:443, true",
        "https://app.example.com:8443, false",
        "http://app.example.com, false",
        "https://app.example.com.evil.example, false",
        "https://evil.example, false",
        "vscode-webview://abc, true",
        "https://gateway.example.com, true",
        "http://host.example:8000, true",
        "http://localhost:6274, true",
        "http://127.0.0.1:1, true",
        "http://[::1]:6274, true",
        "http://localhost.evil.example, false",
        "http://localhost:80@evil.example, false",
        "http://localhost@evil.example, false",
        "null, false",
        "localhost, false",
        "'', false",
        "*, false"
    })
    void pagesOfAllowedOriginsAndOfThisMachineMayUseIt(String origin, boolean allowed) {
        assertThat(SET.allowsOrigin(origin, "host.example:8000")).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8000, true",
        "'[::1]:8000', true",
        "127.0.0.1, true",
        "gateway.internal:8000, true",
        "other:8443, true",
        "other:8000, false",
        "GATEWAY.example.com, true",
        "evil.example, false",
        "localhost.evil.example, false"
    })
    void hostsAreNamesOfThisMachineAndThoseThatAreSet(String host, boolean allowed) {
        assertThat(SET.allowsHost(host)).isEqualTo(allowed);
    }

    @Test
    void aRequestWithoutAHostIsToNobody() {
        assertThat(SET.allowsHost(null)).isFalse();
    }

    @Test
    void thePublicUrlIsToldToEverybody() {
        assertThat(SET.baseUrl(to("evil.example", 80))).contains("https://gateway.example.com/base");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 8000, http://localhost:8000",
        "127.0.0.1, 80, http://127.0.0.1",
        "192.168.7.5, 8000, http://192.168.7.5:8000",
        "evil.example, 80,",
        "192.168.7.6, 8000,"
    })
    void withoutOneOnlyANameThatIsKnownIsRepeated(String host, int port, String url) {
        assertThat(WebAddresses.ofThisMachine().baseUrl(to(host, port)).orElse(null))
                .isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "app.example.com", "https://app.example.com/page", "https://*.example.com", ""})
    void whatIsNoOriginIsNamed(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WebAddresses(List.of(), List.of(origin), null))
                .withMessageContainingAll("allowed-origins", "'" + origin + "'", "https://app.example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway.example.com", "ftp://gateway.example.com", "https://a b", "https://a?b=c"})
    void whatIsNoPublicUrlIsNamed(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WebAddresses(List.of(), List.of(), url))
                .withMessageContainingAll("public-url", "'" + url + "'");
    }

    @Test
    void anEmptyPublicUrlIsNone() {
        assertThat(new WebAddresses(List.of(), List.of(), " ").publicUrl()).isNull();
    }
}
