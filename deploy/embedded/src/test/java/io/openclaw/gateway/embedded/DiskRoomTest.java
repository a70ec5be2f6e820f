package io.openclaw.gateway.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRoomTest {
    private static final Path DIRECTORY = Path.of("/some/where");

    private final AtomicLong left = new AtomicLong(DiskRoom.TO_START);
    private final DiskRoom room = new DiskRoom(DIRECTORY, left::get);

    @Test
    void aGatewayStartsWhereThereIsRoom() {
        assertThatCode(room::requireForStart).doesNotThrowAnyException();
    }

    @Test
    void itDoesNotWhereThereIsLittleAndSaysWhereAndHowMuchItWants() {
        left.set(DiskRoom.TO_START - 1);
        assertThatThrownBy(room::requireForStart)
                .isInstanceOf(NoRoomException.class)
                .hasMessageStartingWith("Only 1,023 MB are left on the disk of /some/where;")
                .hasMessageContaining("1,024 MB")
                .hasMessageContaining("Make room");
    }

    @Test
    void whoWatchesIsToldOnceWhenThereIsTooLittleToGoOn() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        left.set(DiskRoom.TO_GO_ON);
        room.watch(told::add);
        assertThat(told.poll(1, TimeUnit.SECONDS)).isNull();

        left.set(DiskRoom.TO_GO_ON - 1);
        assertThat(told.poll(60, TimeUnit.SECONDS)).startsWith("Only 511 MB are left on the disk of /some/where,");
        assertThat(told.poll(1, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void theRoomIsThatOfTheDirectorysDisk(@TempDir Path directory) {
        assertThatCode(() -> DiskRoom.of(directory).requireForStart()).doesNotThrowAnyException();
        assertThatThrownBy(() -> DiskRoom.of(directory.resolve("missing")).requireForStart())
                .hasMessageContaining("missing");
    }
}
