package io.openclaw.gateway.common.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShellTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private static Shell shell(ConsoleRole... roles) {
        return new Shell("alice", Set.of(roles), Map.of("audit", "http://127.0.0.1:8005"), "v1", NOW, null);
    }

    @Test
    void writesTimesAsPeopleSayThem() {
        Shell shell = shell();
        assertThat(shell.ago(NOW.minusSeconds(1))).isEqualTo("now");
        assertThat(shell.ago(NOW.minusSeconds(45))).isEqualTo("45 s ago");
        assertThat(shell.ago(NOW.minus(Duration.ofMinutes(12)))).isEqualTo("12 min ago");
        assertThat(shell.ago(NOW.plus(Duration.ofMinutes(200)))).isEqualTo("in 3 h 20 min");
        assertThat(shell.length(Duration.ofDays(3))).isEqualTo("3 d");
        assertThat(shell.left(NOW.minusSeconds(1))).isEqualTo("time is up");
        assertThat(shell.exact(NOW)).isEqualTo("2026-11-24 10:00:00 UTC");
    }

    @Test
    void showsTheRoomsThatAPersonMayEnter() {
        assertThat(shell().sections()).isEmpty();
        assertThat(shell(ConsoleRole.VIEWER).sections().get("Watch")).containsExactly(Room.OVERVIEW, Room.LIVE);
        assertThat(shell(ConsoleRole.AUDITOR).sections().get("Watch")).contains(Room.RECORD);
        assertThat(shell(ConsoleRole.APPROVER).sections().values().stream().flatMap(List::stream))
                .doesNotContain(Room.PEOPLE, Room.RECORD);
        assertThat(shell(ConsoleRole.ADMINISTRATOR).sections().values().stream().flatMap(List::stream))
                .contains(Room.PEOPLE, Room.RECORD);
    }

    @Test
    void leadsToTheServiceThatRendersARoom() {
        Shell shell = shell(ConsoleRole.VIEWER);
        assertThat(shell.at(Room.LIVE)).isEqualTo("http://127.0.0.1:8005/console/live");
        assertThat(shell.at(Room.APPROVALS)).isEqualTo("/console/approvals");
        assertThat(shell.isHere("audit")).isFalse();
        assertThat(shell.isHere("approval")).isTrue();
    }
}
