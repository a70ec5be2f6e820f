package io.openclaw.gateway.audit.cli;

import io.openclaw.gateway.audit.core.tree.IncompleteTreeException;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.Proofs;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.persistence.TreeStore;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.persistence.Schema;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * Writes evidence for somebody who has no gateway: events with their proofs, the checkpoint that they are proven by, the policies
 * that decided, a program that checks it, and a page.
 */
final class BundleWriter {
    static final String EVENTS = "events.jsonl";
    static final String CHECKPOINT = "checkpoint";
    static final String KEYS = "verifier-keys";
    static final String MANIFEST = "manifest.json";
    private static final int MOST_EVENTS = 200_000;
    private static final int LISTED = 5_000;

    private final AuditStore store;
    private final TreeStore tree;
    private final JdbcClient jdbc;
    private final List<NoteKey> keys;
    private final RecordSource.Known checkpoint;
    private final Instant now;

    BundleWriter(DataSource database, List<NoteKey> keys, RecordSource.Known checkpoint, Instant now) {
        var schema = new Schema("audit");
        var template = new JdbcTemplate(database);
        this.store = new AuditStore(schema, template);
        this.tree = new TreeStore(schema, template);
        this.jdbc = JdbcClient.create(template);
        this.keys = keys;
        this.checkpoint = checkpoint;
        this.now = now;
    }

    /** What is wanted; absent parts let everything through. */
    record Wanted(
            @Nullable UUID call,
            @Nullable String agent,
            @Nullable Instant since,
            @Nullable Instant until) {
        private Map<String, Object> shown() {
            Map<String, Object> shown = new LinkedHashMap<>();
            put(shown, "call", call);
            put(shown, "agent", agent);
            put(shown, "since", since);
            put(shown, "until", until);
            return shown;
        }

        private static void put(Map<String, Object> into, String name, @Nullable Object value) {
            if (value != null) {
                into.put(name, value.toString());
            }
        }
    }

    /** @param notes what is missing from it, and why */
    record Written(int events, List<String> notes) {}

    Written write(Path bundle, Wanted wanted) throws IOException {
        Set<Long> ids = new LinkedHashSet<>(ids(wanted));
        if (ids.isEmpty()) {
            throw new CliException("nothing on record matches " + wanted.shown());
        }
        if (ids.size() > MOST_EVENTS) {
            throw new CliException("that are more than " + MOST_EVENTS + " events; export it in parts");
        }
        List<String> notes = new ArrayList<>();
        List<Map<String, Object>> listed = new ArrayList<>();
        Set<String> policies = new TreeSet<>();
        int written = 0;
        Path draft = Files.createTempFile(
                Optional.ofNullable(bundle.toAbsolutePath().getParent()).orElse(bundle.toAbsolutePath()),
                "bundle",
                ".draft");
        try {
            try (var zip = new ZipOutputStream(Files.newOutputStream(draft))) {
                zip.putNextEntry(new ZipEntry(EVENTS));
                var proofs = new Proofs(tree.tiles());
                for (long id : ids) {
                    written += event(zip, proofs, id, false, policies, listed, notes) ? 1 : 0;
                }
                for (long id : policyEvents(policies)) {
                    if (!ids.contains(id)) {
                        written += event(zip, proofs, id, true, new TreeSet<>(), listed, notes) ? 1 : 0;
                    }
                }
                zip.closeEntry();
                put(zip, CHECKPOINT, checkpoint.note());
                put(
                        zip,
                        KEYS,
                        String.join(
                                        "\n",
                                        keys.stream().map(NoteKey::verifierKey).toList()) + "\n");
                put(zip, "check.py", resource("check.py"));
                put(zip, "README.txt", resource("README.txt"));
                put(zip, "index.html", page(wanted, written, listed, notes));
                put(zip, MANIFEST, manifest(wanted, written, notes));
            }
            Files.move(draft, bundle, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
        return new Written(written, notes);
    }

    private List<Long> ids(Wanted wanted) {
        var sql = new StringBuilder("select id from audit.events where true");
        if (wanted.call() != null) {
            sql.append(" and call_id = :call");
        }
        if (wanted.agent() != null) {
            sql.append(" and agent = :agent");
        }
        if (wanted.since() != null) {
            sql.append(" and occurred_at >= :since");
        }
        if (wanted.until() != null) {
            sql.append(" and occurred_at < :until");
        }
        return jdbc.sql(sql.append(" order by id limit ")
                        .append(MOST_EVENTS + 1)
                        .toString())
                .param("call", wanted.call())
                .param("agent", wanted.agent())
                .param("since", wanted.since() == null ? null : Timestamp.from(wanted.since()))
                .param("until", wanted.until() == null ? null : Timestamp.from(wanted.until()))
                .query((row, n) -> row.getLong(1))
                .list();
    }

    private List<Long> policyEvents(Set<String> versions) {
        return versions.isEmpty()
                ? List.of()
                : jdbc.sql("select min(id) from audit.events where event_type = 'policy.published'"
                                + " and event ->> 'version' = any(?) group by event ->> 'version'")
                        .param(versions.toArray(String[]::new))
                        .query((row, n) -> row.getLong(1))
                        .list();
    }

    private boolean event(
            OutputStream out,
            Proofs proofs,
            long id,
            boolean isPolicy,
            Set<String> policies,
            List<Map<String, Object>> listed,
            List<String> notes)
            throws IOException {
        Optional<byte[]> bytes = store.leaf(id);
        Optional<Long> position =
                tree.leafOf(id).filter(at -> at < checkpoint.checkpoint().size());
        if (bytes.isEmpty() || position.isEmpty()) {
            notes.add(
                    "event " + id + " is left out: the checkpoint does not cover it (it is newer), or it has no leaf");
            return false;
        }
        String leaf = new String(bytes.get(), StandardCharsets.UTF_8);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("position", position.get());
        line.put("leaf", leaf);
        try {
            line.put(
                    "proof",
                    proofs.inclusion(position.get(), checkpoint.checkpoint().size()).stream()
                            .map(Base64.getEncoder()::encodeToString)
                            .toList());
        } catch (IncompleteTreeException e) {
            throw new CliException(
                    "a proof cannot be made: " + e.getMessage() + "; deploy/audit verify says what is missing");
        }
        out.write(Json.write(line));
        out.write('\n');
        JsonNode read = Json.MAPPER.readTree(leaf);
        read.at("/event/verdicts").forEach(verdict -> {
            if (verdict.path("policyVersion").isString()) {
                policies.add(verdict.get("policyVersion").asString());
            }
        });
        if (listed.size() < LISTED) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("position", position.get());
            row.put(
                    "what",
                    (isPolicy ? "the policy that decided: " : "")
                            + read.path("type").asString());
            for (String column : List.of("occurredAt", "callId", "agent", "upstream", "tool", "outcome", "signedBy")) {
                row.put(column, read.path(column).asString(""));
            }
            row.put("event", Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(read.path("event")));
            listed.add(row);
        }
        return true;
    }

    private String manifest(Wanted wanted, int written, List<String> notes) {
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("made", now.toString());
        manifest.put("wanted", wanted.shown());
        manifest.put("origin", checkpoint.checkpoint().origin());
        manifest.put("size", checkpoint.checkpoint().size());
        manifest.put("events", written);
        manifest.put("notes", notes);
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n";
    }

    private String page(Wanted wanted, int written, List<Map<String, Object>> listed, List<String> notes) {
        var rows = new StringBuilder();
        for (Map<String, Object> row : listed) {
            rows.append("<details><summary>");
            row.forEach((name, value) -> {
                if (!name.equals("event") && !value.toString().isEmpty()) {
                    rows.append("<span title=\"")
                            .append(escaped(name))
                            .append("\">")
                            .append(escaped(value.toString()))
                            .append("</span> ");
                }
            });
            rows.append("</summary><pre>")
                    .append(escaped(String.valueOf(row.get("event"))))
                    .append("</pre></details>\n");
        }
        var noted = new StringBuilder();
        notes.stream()
                .limit(LISTED)
                .forEach(note -> noted.append("<li>").append(escaped(note)).append("</li>"));
        return resource("bundle.html")
                .replace("@MADE@", escaped(now.toString()))
                .replace("@WANTED@", escaped(wanted.shown().toString()))
                .replace("@COUNT@", Integer.toString(written))
                .replace("@LISTED@", Integer.toString(listed.size()))
                .replace("@CHECKPOINT@", escaped(checkpoint.note()))
                .replace("@NOTES@", noted)
                // The last, because what is on record may hold such a word.
                .replace("@EVENTS@", rows);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static void put(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }

    private static String resource(String name) {
        try (var in = BundleWriter.class.getResourceAsStream("/bundle/" + name)) {
            if (in == null) {
                throw new IllegalStateException("this build has no bundle/" + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
