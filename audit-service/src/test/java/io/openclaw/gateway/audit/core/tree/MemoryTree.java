package io.openclaw.gateway.audit.core.tree;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A tree in memory, cut into tiles. */
final class MemoryTree implements Tiles.Source, Checkpoints.Tree {
    private final Map<Integer, ByteArrayOutputStream> levels = new HashMap<>();
    private CompactRange range = new CompactRange();

    static MemoryTree of(List<byte[]> entries) {
        var tree = new MemoryTree();
        entries.forEach(tree::append);
        return tree;
    }

    void append(byte[] entry) {
        // Written and read again, as a database does it.
        range = CompactRange.of(range.size(), range.edge());
        range.append(new TreeHasher().leaf(entry), (height, index, hash) -> {
            if (height % Tiles.HEIGHT == 0) {
                levels.computeIfAbsent(height / Tiles.HEIGHT, level -> new ByteArrayOutputStream())
                        .writeBytes(hash);
            }
        });
    }

    long size() {
        return range.size();
    }

    byte[] root() {
        return range.root();
    }

    Proofs proofs() {
        return new Proofs(tiles());
    }

    @Override
    public CompactRange edge() {
        return CompactRange.of(range.size(), range.edge());
    }

    @Override
    public Tiles tiles() {
        return new Tiles(this);
    }

    @Override
    public byte[] tile(int level, long index) {
        byte[] hashes = levels.getOrDefault(level, new ByteArrayOutputStream()).toByteArray();
        int from = (int) Math.min(hashes.length, index * Tiles.WIDTH * TreeHasher.BYTES);
        return Arrays.copyOfRange(hashes, from, Math.min(hashes.length, from + Tiles.WIDTH * TreeHasher.BYTES));
    }
}
