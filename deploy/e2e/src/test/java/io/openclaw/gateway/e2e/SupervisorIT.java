package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How deploy/run keeps a process running: the shell's functions, with a script in place of the gateway. */
class SupervisorIT {
    private static final Path LIBRARY =
            Path.of("../lib/java.sh").toAbsolutePath().normalize();

    @TempDir
    private Path directory;

    @BeforeAll
    static void onlyWhereDeployRunSupervises() throws Exception {
        assumeThat(new ProcessBuilder("bash", "-c", "setpriv --pdeathsig KILL true")
                        .start()
                        .waitFor())
                .as("the status of setpriv of util-linux")
                .isZero();
    }

    /** Runs a script under the supervisor; its process id is in the file pid while it runs. */
    private Process supervise(String script) throws IOException {
        Path file = directory.resolve("script");
        Files.writeString(file, "echo run >>runs\necho $$ >pid.new && mv pid.new pid\n" + script);
        return new ProcessBuilder(
                        "bash", "-c", "set -euo pipefail; . '" + LIBRARY + "'; supervise 'the test' bash script")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start();
    }

    private long runs() throws IOException {
        return Files.readAllLines(directory.resolve("runs")).size();
    }

    private ProcessHandle awaitRunning() {
        Path pid = directory.resolve("pid");
        eventually().until(() -> Files.exists(pid));
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aProcessThatIsOutOfMemoryIsStartedAgainAndThatIsSaid() throws Exception {
        Process supervisor = supervise("[ $(wc -l <runs) -ge 3 ] && exit 7; exit 3\n");
        assertThat(supervisor.waitFor()).isEqualTo(7);
        assertThat(runs()).isEqualTo(3);
        assertThat(Files.readString(directory.resolve("said")))
                .contains("the test ran out of memory and ended; it is started again in 1 s", "started again in 2 s");
    }

    @Test
    void aJvmThatIsOutOfMemoryEndsWithTheStatusThatIsWaitedFor() throws Exception {
        var java = ProcessHandle.current().info().command().orElseThrow();
        Process jvm = new ProcessBuilder(
                        "bash",
                        "-c",
                        "set -euo pipefail; . '" + LIBRARY + "'; JAVA='" + java
                                + "'; HEAP=16m set_up_jvm; status=0; HEAP=16m \"$JAVA\" \"${options[@]}\" -cp '"
                                + System.getProperty("java.class.path") + "' '" + Eater.class.getName()
                                + "' || status=$?; [ $status -eq $out_of_memory ]")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile())
                .start();
        assertThat(jvm.waitFor())
                .as("%s", Files.readString(directory.resolve("said")))
                .isZero();
    }

    /** Needs more memory than there is, on a thread whose end nobody would notice. */
    static final class Eater {
        static void main() throws InterruptedException {
            Thread.ofPlatform().start(() -> {
                byte[][] eaten = new byte[1_000][];
                for (int i = 0; i < eaten.length; i++) {
                    eaten[i] = new byte[1_000_000];
                }
            });
            Thread.sleep(java.time.Duration.ofMinutes(5));
        }
    }

    @Test
    void anotherEndIsTheSupervisorsEnd() throws Exception {
        assertThat(supervise("exit 1\n").waitFor()).isEqualTo(1);
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void whatTellsTheSupervisorToStopReachesTheProcessWhichStopsInGoodOrder() throws Exception {
        Process supervisor =
                supervise("trap 'echo stopped >stopped; exit 143' TERM\nwhile true; do sleep 0.05; done\n");
        ProcessHandle process = awaitRunning();
        supervisor.destroy();
        assertThat(supervisor.waitFor()).isEqualTo(143);
        assertThat(directory.resolve("stopped")).exists();
        assertThat(process.isAlive()).isFalse();
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void aProcessDoesNotOutliveItsSupervisor() throws Exception {
        Process supervisor = supervise("while true; do sleep 0.05; done\n");
        ProcessHandle process = awaitRunning();
        supervisor.destroyForcibly().waitFor();
        eventually().until(() -> !process.isAlive() || isZombie(process));
    }

    /** Nobody may be there who collects it. */
    private static boolean isZombie(ProcessHandle process) throws IOException {
        Path stat = Path.of("/proc/" + process.pid() + "/stat");
        return Optional.of(stat).filter(Files::exists).isEmpty()
                || Files.readString(stat).contains(") Z ");
    }
}
