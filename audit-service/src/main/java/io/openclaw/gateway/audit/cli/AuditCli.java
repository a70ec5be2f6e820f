package io.openclaw.gateway.audit.cli;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.Verification.Finding;
import io.openclaw.gateway.audit.core.tree.Verification.Report;
import io.openclaw.gateway.audit.persistence.RecordScan;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.text.Durations;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the record. */
@Command(
        name = "deploy/audit",
        mixinStandardHelpOptions = true,
        synopsisHeading = "",
        customSynopsis = {
            "  deploy/audit verify [--from FILE|SIZE]   is the record what it was when it was signed?",
            "  deploy/audit export BUNDLE.zip [--call ID] [--agent NAME] [--since TIME] [--until TIME]",
            "                                           evidence for somebody else: events, proofs, checkpoint, policy",
            "  deploy/audit check BUNDLE.zip --key KEY  does such a bundle hold? Needs no gateway",
            "",
            "The record is that of the gateway that runs on data; --data DIR names another directory, --url JDBC"
                    + " another database.",
            "Exit status: 0 it is good, 1 it is not, 2 it could not be looked at. docs/record.md explains all of it."
        })
public final class AuditCli implements Runnable {
    private static final int SHOWN = 20;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    private AuditCli(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    static void main(String... args) {
        System.exit(run(args, System.getenv(), System.out, System.err));
    }

    /**
     * Does what the arguments say.
     *
     * @param environment where the database may be named
     * @return the exit status
     */
    public static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        return new CommandLine(new AuditCli(environment, out, err))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((problem, arguments) -> {
                    err.println("deploy/audit: " + problem.getMessage());
                    problem.getCommandLine().usage(err);
                    return 2;
                })
                .setExecutionExceptionHandler((problem, command, parsed) -> switch (problem) {
                    case CliException cli -> refused(err, cli);
                    case IOException io -> refused(err, io);
                    case UncheckedIOException io -> refused(err, io);
                    case SQLException sql -> refused(err, sql);
                    case DataAccessException data -> refused(err, data);
                    default -> throw problem;
                })
                .execute(args);
    }

    private static int refused(PrintStream err, Exception why) {
        err.println("deploy/audit: " + why.getMessage());
        return 2;
    }

    /** Without a command it says which there are. */
    @Override
    public void run() {
        CommandLine.usage(this, out);
    }

    @Command(name = "verify", mixinStandardHelpOptions = true, description = "Recomputes the tree from the events.")
    int verify(
            @Mixin RecordSource record,
            @Option(
                            names = "--from",
                            paramLabel = "FILE|SIZE",
                            description = "begin after this checkpoint, whose events were verified before")
                    @Nullable
                    String from)
            throws IOException, SQLException {
        List<NoteKey> keys = record.keys(environment);
        List<Checkpoint> checkpoints = record.checkpoints(environment).stream()
                .map(RecordSource.Known::checkpoint)
                .toList();
        Checkpoint start = from == null ? null : start(from, keys, checkpoints);
        long began = System.nanoTime();
        Report report = new RecordScan(new Schema("audit"), record.database(environment))
                .verify(start, checkpoints, count -> progress(count, began));
        err.println();
        double seconds = (System.nanoTime() - began) / 1e9;
        out.printf(
                "%d events in %.1f s (%.0f/s), a tree of %d leaves, %d of %d checkpoints%n",
                report.events(),
                seconds,
                report.events() / seconds,
                report.size(),
                report.checkpoints(),
                checkpoints.size());
        if (checkpoints.isEmpty()) {
            out.println(
                    "warning: there is no checkpoint from outside the database (DIR/record, --checkpoint), so a record"
                            + " that was rewritten together with its tree would look the same");
        }
        if (report.isGood()) {
            out.println("OK");
            return 0;
        }
        for (Finding finding :
                report.findings().subList(0, Math.min(SHOWN, report.findings().size()))) {
            out.println("position " + finding.position() + ": " + finding.kind() + ": " + finding.words());
        }
        if (report.problems() > SHOWN) {
            out.println("and " + (report.problems() - SHOWN) + " more");
        }
        out.println("NOT OK: the first difference is at position "
                + report.findings().getFirst().position());
        return 1;
    }

    private void progress(long count, long began) {
        err.printf("\r%d events, %.0f/s ", count, count / ((System.nanoTime() - began) / 1e9));
    }

    private static Checkpoint start(String from, List<NoteKey> keys, List<Checkpoint> known) {
        if (from.matches("\\d{1,18}")) {
            long size = Long.parseLong(from);
            return known.stream()
                    .filter(each -> each.size() == size)
                    .findFirst()
                    .orElseThrow(() -> new CliException("there is no checkpoint of " + size + " events"));
        }
        return RecordSource.read(Path.of(from), keys).getLast().checkpoint();
    }

    @Command(name = "export", mixinStandardHelpOptions = true, description = "Writes evidence that others can check.")
    int export(
            @Mixin RecordSource record,
            @Parameters(paramLabel = "BUNDLE.zip") Path bundle,
            @Option(names = "--call", paramLabel = "ID", description = "the events of a call") @Nullable UUID call,
            @Option(names = "--agent", paramLabel = "NAME", description = "of an agent") @Nullable String agent,
            @Option(names = "--since", paramLabel = "TIME", description = "from this time on, or 24h") @Nullable
                    String since,
            @Option(names = "--until", paramLabel = "TIME", description = "before this time") @Nullable String until)
            throws IOException {
        if (call == null && agent == null && since == null) {
            throw new CliException("say what to export: --call, --agent or --since");
        }
        List<RecordSource.Known> checkpoints = record.checkpoints(environment);
        if (checkpoints.isEmpty()) {
            throw new CliException(
                    "there is no signed checkpoint (DIR/record, --checkpoint) that the evidence could be proven by");
        }
        Instant now = Instant.now();
        var wanted = new BundleWriter.Wanted(call, agent, time("--since", since, now), time("--until", until, now));
        BundleWriter.Written written = new BundleWriter(
                        record.database(environment), record.keys(environment), checkpoints.getLast(), now)
                .write(bundle, wanted);
        written.notes().forEach(note -> out.println("note: " + note));
        out.println(bundle + ": " + written.events() + " events, proven by a checkpoint of "
                + checkpoints.getLast().checkpoint().size() + " events");
        return 0;
    }

    private static @Nullable Instant time(String option, @Nullable String text, Instant now) {
        if (text == null) {
            return null;
        }
        try {
            return Durations.read(text).map(now::minus).orElseGet(() -> Instant.parse(text));
        } catch (DateTimeException e) {
            throw new CliException(option + " is \"" + text
                    + "\": it is a time such as 2026-11-24T10:00:00Z, or how long ago, such" + " as 24h");
        }
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Checks a bundle; needs no gateway and no network.")
    int check(
            @Parameters(paramLabel = "BUNDLE.zip") Path bundle,
            @Option(
                            names = "--key",
                            paramLabel = "KEY",
                            description =
                                    "the record's verifier key, or a file of them, that you were given by other means")
                    @Nullable
                    List<String> keys)
            throws IOException {
        List<String> given = new ArrayList<>();
        for (String key : keys == null ? List.<String>of() : keys) {
            if (java.nio.file.Files.isRegularFile(Path.of(key))) {
                given.addAll(java.nio.file.Files.readAllLines(Path.of(key)));
            } else {
                given.add(key);
            }
        }
        BundleCheck.Result result = BundleCheck.of(bundle, given);
        result.lines().forEach(out::println);
        out.println(result.isGood() ? "OK" : "NOT OK");
        return result.isGood() ? 0 : 1;
    }
}
