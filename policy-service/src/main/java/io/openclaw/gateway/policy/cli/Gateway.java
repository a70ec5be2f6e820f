package io.openclaw.gateway.policy.cli;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A running gateway, as its administrator reaches it. Where it is comes from the environment, else from quickstart.env. */
final class Gateway implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String policyUrl;
    private final String auditUrl;
    private final String login;

    private Gateway(String policyUrl, String auditUrl, String user, String password) {
        this.policyUrl = policyUrl;
        this.auditUrl = auditUrl;
        this.login =
                "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Finds the gateway.
     *
     * @throws CliException saying what is missing
     */
    static Gateway find(Map<String, String> environment, Path data) {
        Map<String, String> settings = new HashMap<>();
        Path file = data.resolve("quickstart.env");
        try {
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    int equals = line.indexOf('=');
                    if (equals > 0) {
                        settings.put(line.substring(0, equals), line.substring(equals + 1));
                    }
                }
            }
        } catch (IOException e) {
            throw new CliException("cannot read " + file + ": " + e.getMessage());
        }
        settings.putAll(environment);
        String gateway = settings.get("GATEWAY_URL");
        String policy = settings.getOrDefault("POLICY_URL", gateway);
        String audit = settings.getOrDefault("AUDIT_URL", gateway);
        String password = settings.get("CONSOLE_PASSWORD");
        if (policy == null || audit == null || password == null) {
            throw new CliException(
                    "no gateway is known: start one with deploy/run, or name the directory of one with --data"
                            + " DIR, or set POLICY_URL, AUDIT_URL, CONSOLE_USER and CONSOLE_PASSWORD (looked at " + file
                            + ")");
        }
        return new Gateway(policy, audit, settings.getOrDefault("CONSOLE_USER", "admin"), password);
    }

    /** Asks the policy service. */
    JsonNode policy(String method, String path, @Nullable Object body) {
        return send(policyUrl + path, method, body);
    }

    /** Asks the record. */
    JsonNode audit(String pathAndQuery) {
        return send(auditUrl + pathAndQuery, "GET", null);
    }

    private JsonNode send(String url, String method, @Nullable Object body) {
        var request = HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", login)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(
                                        RawJson.from(body).text()))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode json = answer.body().isEmpty() ? Json.MAPPER.nullNode() : Json.MAPPER.readTree(answer.body());
            if (answer.statusCode() >= 300) {
                throw new CliException("the gateway answers " + answer.statusCode() + ": "
                        + json.path("detail").asString(answer.body()));
            }
            return json;
        } catch (ConnectException e) {
            throw new CliException("no gateway answers at " + url + "; is it running?");
        } catch (IOException | JacksonException e) {
            throw new CliException("the gateway at " + url + " cannot be asked: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
