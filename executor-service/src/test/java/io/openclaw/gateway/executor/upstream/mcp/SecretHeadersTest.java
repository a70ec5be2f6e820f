package io.openclaw.gateway.executor.upstream.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.openclaw.gateway.common.policy.PolicyDocument.Mcp;
import io.openclaw.gateway.common.policy.PolicyDocument.OAuth;
import io.openclaw.gateway.common.policy.PolicyDocument.Sessions;
import io.openclaw.gateway.testing.MutableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretHeadersTest {
    private final MutableClock clock = new MutableClock(Instant.parse("2026-11-26T12:00:00Z"));
    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpServer issuer;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String answer = "{\"access_token\":\"t%d\",\"expires_in\":300}";

    SecretHeadersTest() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/token", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            asked.add(
                    authorization + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = answer.replace("%d", Integer.toString(asked.size())).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        issuer.start();
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
        client.close();
    }

    private SecretHeaders headers(Map<String, String> plain, @Nullable String scope) {
        var oauth = new OAuth(
                "http://127.0.0.1:" + issuer.getAddress().getPort() + "/token",
                "${UPSTREAM_ID}",
                "${UPSTREAM_KEY}",
                scope);
        return new SecretHeaders(
                client,
                new Mcp(List.of("https://files.example.com/mcp"), plain, oauth, Sessions.SHARED),
                text -> text.replace("${UPSTREAM_ID}", "gate:way").replace("${UPSTREAM_KEY}", "pass word"),
                clock);
    }

    @Test
    void replaceTheNamesOfSecrets() throws Exception {
        var without = new SecretHeaders(
                client,
                new Mcp(List.of("https://x"), Map.of("X-Key", "${UPSTREAM_KEY}"), null, Sessions.SHARED),
                text -> text.replace("${UPSTREAM_KEY}", "secret"),
                clock);
        assertThat(without.headers(Map.of())).containsExactly(Map.entry("X-Key", "secret"));
        assertThat(without.canBeRenewed()).isFalse();
    }

    @Test
    void carryATokenThatWasAskedForWithTheClientsCredentials() throws Exception {
        assertThat(headers(Map.of("X-Key", "v"), "read write").headers(Map.of()))
                .containsEntry("X-Key", "v")
                .containsEntry("Authorization", "Bearer t1");
        // RFC 6749 section 2.3.1: both parts are form-encoded before they become Basic credentials.
        String basic = Base64.getEncoder().encodeToString("gate%3Away:pass+word".getBytes(StandardCharsets.US_ASCII));
        assertThat(asked)
                .containsExactly("Basic " + basic + " grant_type=client_credentials&scope=read+write"
                        + "&resource=https%3A%2F%2Ffiles.example.com%2Fmcp");
    }

    @Test
    void keepTheTokenUntilShortlyBeforeItExpires() throws Exception {
        SecretHeaders headers = headers(Map.of(), null);
        headers.headers(Map.of());
        clock.advance(Duration.ofSeconds(269));
        assertThat(headers.headers(Map.of())).containsEntry("Authorization", "Bearer t1");
        clock.advance(Duration.ofSeconds(1));
        assertThat(headers.headers(Map.of())).containsEntry("Authorization", "Bearer t2");
    }

    @Test
    void renewATokenThatTheServerRefused() throws Exception {
        SecretHeaders headers = headers(Map.of(), null);
        Map<String, String> refused = headers.headers(Map.of());
        assertThat(headers.canBeRenewed()).isTrue();
        assertThat(headers.headers(refused)).containsEntry("Authorization", "Bearer t2");
        // Another request that was refused at the same moment has the new one by now.
        assertThat(headers.headers(refused)).containsEntry("Authorization", "Bearer t2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {}                | gives no token (HTTP 500)",
                "401 | {\"error\":\"x\"}   | gives no token (HTTP 401)",
                "200 | {}                | answers without an access_token",
                "200 | <html>            | answers no JSON"
            })
    void sayWhatTheIssuerAnswered(int code, String body, String why) {
        status = code;
        answer = body;
        assertThatThrownBy(() -> headers(Map.of(), null).headers(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }

    @Test
    void askAgainAfterAnIssuerThatFailed() throws Exception {
        SecretHeaders headers = headers(Map.of(), null);
        status = 503;
        assertThatThrownBy(() -> headers.headers(Map.of())).isInstanceOf(IOException.class);
        status = 200;
        assertThat(headers.headers(Map.of())).containsEntry("Authorization", "Bearer t2");
    }
}
