package io.openclaw.gateway.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;

/** Tells a person what to try, once the gateway is ready, and writes the same to {@code quickstart.env} for programs. */
record Quickstart(Path directory, String gatewayUrl, String approvalUrl, String auditUrl, Secrets secrets) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * Waits until the gateway says that it is up, then tells.
     *
     * @return false if it did not within a minute; the last thing it said is printed
     */
    boolean tellWhenReady() throws InterruptedException {
        String last = "nothing";
        try (HttpClient client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create(gatewayUrl + "/health")).build();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < end) {
                try {
                    var health = client.send(request, BodyHandlers.ofString());
                    last = health.body();
                    if (health.statusCode() == 200) {
                        tell();
                        return true;
                    }
                } catch (IOException e) {
                    last = e.toString();
                }
                Thread.sleep(100);
            }
        }
        System.err.println("The gateway is not ready after " + PATIENCE.toSeconds() + " s. It says: " + last);
        return false;
    }

    private void tell() {
        Path file = directory.resolve("quickstart.env");
        try {
            PrivateFile.write(file, writer -> writer.write(environment()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        System.out.println(words(file));
        System.out.flush();
    }

    private String environment() {
        return """
                GATEWAY_URL=%s
                AGENT_KEY=%s
                CONSOLE_URL=%s/audit/pretty
                CONSOLE_USER=admin
                CONSOLE_PASSWORD=%s
                APPROVAL_URL=%s
                AUDIT_URL=%s
                """.formatted(
                        gatewayUrl, secrets.agentKey(), auditUrl, secrets.consolePassword(), approvalUrl, auditUrl);
    }

    private String words(Path file) {
        return """

                OpenClaw Gateway is ready.

                  Gateway   %1$s        (health: %1$s/health)
                  Console   %3$s/audit/pretty   user admin, password %4$s
                  Agent     demo, key %2$s
                  Policy    %6$s
                  Settings for scripts: %5$s

                Try (each line can be pasted as it is):

                1. A command that is allowed:
                   curl -sS %1$s/v1/tool-calls -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' -d '{"tool":"exec","arguments":{"command":"ls -l"}}'

                2. A command that is denied:
                   curl -sS %1$s/v1/tool-calls -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' -d '{"tool":"exec","arguments":{"command":"rm -rf /"}}'

                3. A message that waits for a person (the answer has the call's id and where to ask again):
                   curl -sS %1$s/v1/tool-calls -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' -H 'Prefer: wait=1' -d '{"tool":"message","arguments":{"text":"Hello"}}'
                   It waits at: curl -sS -u 'admin:%4$s' '%7$s/v1/approvals?status=pending'
                   Say yes:     curl -sS -u 'admin:%4$s' -H 'Content-Type: application/json' -d '{"decision":"approve","reason":"fine"}' %7$s/v1/approvals/ID/decision
                """.formatted(
                        gatewayUrl,
                        secrets.agentKey(),
                        auditUrl,
                        secrets.consolePassword(),
                        file,
                        directory.resolve("policy.yaml"),
                        approvalUrl);
    }
}
