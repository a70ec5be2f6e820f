package io.openclaw.gateway.approval.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.approval.channel.VendorDouble.Answer;
import io.openclaw.gateway.approval.channel.core.Approvals;
import io.openclaw.gateway.approval.channel.core.OnCall;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.approval.channel.webhook.OnCallWebhook;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OnCallWebhookTest {
    private static final Instant NOW = Approvals.NOW;
    private static final OnCall SCHEDULE =
            new OnCall.Schedule(List.of(OnCall.Shift.of("MON-SUN 00:00-24:00 carol")), ZoneOffset.UTC);

    private final VendorDouble program = new VendorDouble() {
        @Override
        protected Answer answer(Request request) {
            return "Bearer pager".equals(request.headers().get("authorization"))
                    ? Answer.of(200, Map.of("people", List.of("alice", "bob")))
                    : Answer.of(401, Map.of());
        }
    };

    @AfterEach
    void stop() {
        program.close();
    }

    private OnCallWebhook onCall(String token) {
        return new OnCallWebhook(
                program.url(), token, new VendorClient(Duration.ofSeconds(30), Clock.systemUTC()), SCHEDULE);
    }

    @Test
    void asksTheProgramOnceAMinute() {
        OnCallWebhook onCall = onCall("pager");
        assertThat(onCall.at(Approvals.pending(null), NOW)).containsExactly("alice", "bob");
        assertThat(onCall.at(Approvals.pending(null), NOW.plusSeconds(59))).containsExactly("alice", "bob");
        assertThat(program.requests()).isEqualTo(1);
        onCall.at(Approvals.pending(null), NOW.plusSeconds(61));
        assertThat(program.requests()).isEqualTo(2);
    }

    @Test
    void asksTheScheduleWhileTheProgramDoesNotAnswer() {
        assertThat(onCall("wrong").at(Approvals.pending(null), NOW)).containsExactly("carol");
        program.failNext(new Answer(200, Map.of(), "{\"people\":\"alice\"}"));
        assertThat(onCall("pager").at(Approvals.pending(null), NOW)).containsExactly("carol");
        OnCallWebhook onCall = onCall("pager");
        program.close();
        assertThat(onCall.at(Approvals.pending(null), NOW)).containsExactly("carol");
    }
}
