package io.openclaw.gateway.audit.cli;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.Proofs;
import io.openclaw.gateway.audit.core.tree.TreeHasher;
import io.openclaw.gateway.audit.core.tree.UnsignedNoteException;
import io.openclaw.gateway.common.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Checks a bundle: the checkpoint's signature, and for each event that it is in the tree of that checkpoint. */
final class BundleCheck {
    private static final int MAX_NOTE = 1 << 20;

    private BundleCheck() {}

    /** @param lines what was found, for people */
    record Result(boolean isGood, List<String> lines) {}

    /**
     * Checks a bundle.
     *
     * @param given verifier keys from elsewhere; without any, those of the bundle are used, and that is said
     */
    static Result of(Path bundle, List<String> given) throws IOException {
        if (!Files.isRegularFile(bundle)) {
            throw new CliException("there is no file " + bundle);
        }
        try (var zip = new ZipFile(bundle.toFile())) {
            List<String> lines = new ArrayList<>();
            List<String> texts =
                    given.isEmpty() ? text(zip, BundleWriter.KEYS).lines().toList() : given;
            if (given.isEmpty()) {
                lines.add("warning: the key is the bundle's own, so anybody could have signed it; give the record's key"
                        + " with --key");
            }
            Checkpoint checkpoint;
            try {
                List<NoteKey> keys = texts.stream()
                        .filter(each -> !each.isBlank())
                        .map(NoteKey::ofVerifier)
                        .toList();
                checkpoint = Checkpoint.verified(text(zip, BundleWriter.CHECKPOINT), keys);
            } catch (IllegalArgumentException | UnsignedNoteException e) {
                lines.add("the checkpoint: " + e.getMessage());
                return new Result(false, lines);
            }
            lines.add("the checkpoint of " + checkpoint.origin() + " with " + checkpoint.size() + " events is signed");
            boolean isGood = events(zip, checkpoint, lines);
            return new Result(isGood, lines);
        } catch (ZipException e) {
            throw new CliException(bundle + " is no bundle: " + e.getMessage());
        }
    }

    private static boolean events(ZipFile zip, Checkpoint checkpoint, List<String> lines) throws IOException {
        boolean isGood = true;
        int number = 0;
        Map<String, Integer> types = new TreeMap<>();
        var hasher = new TreeHasher();
        try (var reader = new BufferedReader(
                new InputStreamReader(zip.getInputStream(entry(zip, BundleWriter.EVENTS)), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                try {
                    JsonNode read = Json.MAPPER.readTree(line);
                    byte[] leaf = read.get("leaf").asString().getBytes(StandardCharsets.UTF_8);
                    List<byte[]> proof = new ArrayList<>();
                    read.get("proof")
                            .forEach(hash -> proof.add(Base64.getDecoder().decode(hash.asString())));
                    if (Proofs.includes(
                            hasher.leaf(leaf),
                            read.get("position").asLong(),
                            checkpoint.size(),
                            proof,
                            checkpoint.root())) {
                        types.merge(Json.MAPPER.readTree(leaf).path("type").asString(""), 1, Integer::sum);
                    } else {
                        isGood = false;
                        lines.add("line " + number + ": the event at position "
                                + read.get("position").asLong() + " is not the one that the checkpoint has there");
                    }
                } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
                    isGood = false;
                    lines.add("line " + number + " is no event with a proof");
                }
            }
        }
        lines.add(number + " events: " + types);
        JsonNode manifest = Json.MAPPER.readTree(text(zip, BundleWriter.MANIFEST));
        if (manifest.path("events").asInt(-1) != number) {
            isGood = false;
            lines.add("the manifest has " + manifest.path("events") + " events, and " + BundleWriter.EVENTS + " has "
                    + number);
        }
        return isGood && number > 0;
    }

    private static ZipEntry entry(ZipFile zip, String name) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new CliException(zip.getName() + " is no bundle: it has no " + name);
        }
        return entry;
    }

    private static String text(ZipFile zip, String name) throws IOException {
        try (var in = zip.getInputStream(entry(zip, name))) {
            return new String(in.readNBytes(MAX_NOTE), StandardCharsets.UTF_8);
        }
    }
}
