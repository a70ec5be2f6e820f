package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.policy.PolicyDocument.Mcp;
import io.openclaw.gateway.common.policy.PolicyDocument.OAuth;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The headers that prove who we are: those of the policy, and a token by client credentials (RFC 6749 section 4.4). */
final class SecretHeaders implements HttpTransport.Credentials {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration EARLY = Duration.ofSeconds(30);
    private static final long USUAL_LIFE = 300;

    private final HttpClient client;
    private final Mcp mcp;
    private final UnaryOperator<String> secrets;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable String token;
    private Instant expires = Instant.EPOCH;

    SecretHeaders(HttpClient client, Mcp mcp, UnaryOperator<String> secrets, Clock clock) {
        this.client = client;
        this.mcp = mcp;
        this.secrets = secrets;
        this.clock = clock;
    }

    @Override
    public Map<String, String> headers(Map<String, String> refused) throws IOException, InterruptedException {
        Map<String, String> headers = new LinkedHashMap<>();
        mcp.headers().forEach((name, value) -> headers.put(name, secrets.apply(value)));
        OAuth oauth = mcp.oauth();
        if (oauth != null) {
            headers.put("Authorization", "Bearer " + token(oauth, refused.get("Authorization")));
        }
        return headers;
    }

    @Override
    public boolean canBeRenewed() {
        return mcp.oauth() != null;
    }

    private String token(OAuth oauth, @Nullable String refused) throws IOException, InterruptedException {
        lock.lock();
        try {
            String known = token;
            if (known != null
                    && !("Bearer " + known).equals(refused)
                    && clock.instant().isBefore(expires)) {
                return known;
            }
            JsonNode answer = ask(oauth);
            String fresh = answer.path("access_token").asString("");
            if (fresh.isEmpty()) {
                throw new IOException("is not asked: " + oauth.tokenUrl() + " answers without an access_token");
            }
            token = fresh;
            expires = clock.instant()
                    .plusSeconds(answer.path("expires_in").asLong(USUAL_LIFE))
                    .minus(EARLY);
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    private JsonNode ask(OAuth oauth) throws IOException, InterruptedException {
        var form = new StringBuilder("grant_type=client_credentials");
        if (oauth.scope() != null) {
            form.append("&scope=").append(encoded(oauth.scope()));
        }
        // RFC 8707: the token is for this server and no other.
        form.append("&resource=").append(encoded(mcp.urls().getFirst()));
        String basic = encoded(secrets.apply(oauth.clientId())) + ":" + encoded(secrets.apply(oauth.clientSecret()));
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(oauth.tokenUrl()))
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Accept", "application/json")
                        .header(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8)))
                        .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(
                    "is not asked: " + oauth.tokenUrl() + " gives no token (HTTP " + answer.statusCode() + ")");
        }
        try {
            return Json.MAPPER.readTree(answer.body());
        } catch (JacksonException e) {
            throw new IOException("is not asked: " + oauth.tokenUrl() + " answers no JSON", e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
