package io.openclaw.gateway.common.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;

class SessionLimitsTest {
    private final MockHttpSession session = new MockHttpSession();
    private final Instant created = Instant.ofEpochMilli(session.getCreationTime());

    private void use(Duration after, boolean inBackground) throws Exception {
        var request = new MockHttpServletRequest("GET", "/console/approvals");
        request.setSession(session);
        if (inBackground) {
            request.addHeader(SessionLimits.BACKGROUND, "1");
        }
        new SessionLimits(
                        Duration.ofMinutes(30), Duration.ofHours(12), Clock.fixed(created.plus(after), ZoneOffset.UTC))
                .doFilter(request, new MockHttpServletResponse(), new MockFilterChain());
    }

    @Test
    void endsASessionThatNobodyUsed() throws Exception {
        use(Duration.ofMinutes(29), false);
        use(Duration.ofMinutes(58), false);
        assertThat(session.isInvalid()).isFalse();
        use(Duration.ofMinutes(89), false);
        assertThat(session.isInvalid()).isTrue();
    }

    @Test
    void updatesOfAPageAreNoUse() throws Exception {
        use(Duration.ofMinutes(20), true);
        use(Duration.ofMinutes(31), true);
        assertThat(session.isInvalid()).isTrue();
    }

    @Test
    void endsEverySessionAfterHalfADay() throws Exception {
        for (int minutes = 20; minutes <= 12 * 60; minutes += 20) {
            use(Duration.ofMinutes(minutes), false);
        }
        assertThat(session.isInvalid()).isFalse();
        use(Duration.ofMinutes(12 * 60 + 1), false);
        assertThat(session.isInvalid()).isTrue();
    }
}
