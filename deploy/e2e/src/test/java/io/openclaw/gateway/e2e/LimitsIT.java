package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static io.openclaw.gateway.e2e.RunningGateway.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.e2e.RunningGateway.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One agent takes what it can, and others go on. */
class LimitsIT {
    private final RunningGateway gateway = RunningGateway.get();

    /** 300 bodies are announced with 4 MiB each, which is more than the gateway has memory, and a few bytes are sent. */
    @Test
    void bodiesThatAreAnnouncedAndDoNotComeTakeNoMemory() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                var socket = new Socket(
                        InetAddress.getLoopbackAddress(),
                        URI.create(gateway.url()).getPort());
                sockets.add(socket);
                socket.getOutputStream()
                        .write(("POST /v1/tool-calls HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                        + gateway.setting("AGENT_KEY")
                                        + "\r\nContent-Type: application/json\r\nContent-Length: 4194304\r\n\r\n{\"tool\":")
                                .getBytes(StandardCharsets.UTF_8));
            }
            eventually().until(() -> bodyBytes() >= 300 * 65_536);
            assertThat(bodyBytes()).isLessThan(64 * 1024 * 1024);
            assertThat(gateway.call("clock", "{}").text("/outcome")).isEqualTo("SUCCEEDED");
            assertThat(gateway.postAs(gateway.otherAgentsKey(), "/v1/tool-calls", "{\"tool\":\"clock\"}")
                            .text("/outcome"))
                    .isEqualTo("SUCCEEDED");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        eventually().until(() -> bodyBytes() == 0);
    }

    private double bodyBytes() {
        return gateway.console("/actuator/prometheus")
                .response()
                .body()
                .lines()
                .filter(line -> line.startsWith("openclaw_ingress_body_bytes "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .findFirst()
                .orElse(-1);
    }

    @Test
    void anAgentThatHoldsItsShareOfCallsKeepsNobodyElseOut() throws IOException {
        String other = gateway.otherAgentsKey();
        String mark = UUID.randomUUID().toString();
        List<Future<Answer>> answers = new ArrayList<>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 130; i++) {
                answers.add(pool.submit(() -> gateway.call("count", json(Map.of("mark", mark, "millis", 1_500)))));
            }
            eventually().until(() -> answers.stream().anyMatch(answer -> isDone(answer, 429)));
            Answer others = gateway.postAs(other, "/v1/tool-calls", "{\"tool\":\"clock\"}");
            assertThat(others.status()).isEqualTo(200);
            assertThat(others.text("/outcome")).as(others.response().body()).isEqualTo("SUCCEEDED");
        }
        Answer refused = answers.stream()
                .filter(answer -> isDone(answer, 429))
                .map(Future::resultNow)
                .findFirst()
                .orElseThrow();
        assertThat(refused.text("/detail")).contains("'demo'", "100");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
    }

    private static boolean isDone(Future<Answer> answer, int status) {
        return answer.state() == Future.State.SUCCESS && answer.resultNow().status() == status;
    }

    @Test
    void wrongPasswordsAreSlowedDownAndOnRecord() {
        int looked = 0;
        int locked = 0;
        for (int i = 0; i < 30; i++) {
            Answer answer = gateway.as("nobody", "GET", "/v1/approvals", "");
            if (answer.status() == 401) {
                looked++;
            } else {
                assertThat(answer.status()).isEqualTo(429);
                assertThat(answer.header("Retry-After")).isNotEmpty();
                locked++;
            }
        }
        assertThat(looked).isBetween(10, 15);
        assertThat(locked).isPositive();
        assertThat(gateway.console("/v1/approvals").status()).isEqualTo(200);
        eventually()
                .untilAsserted(() -> assertThat(gateway.console("/audit?type=signin.failed")
                                .at("/events/0/event/failures")
                                .asInt())
                        .isGreaterThanOrEqualTo(10));
    }
}
