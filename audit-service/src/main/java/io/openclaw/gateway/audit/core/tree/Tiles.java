package io.openclaw.gateway.audit.core.tree;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A tree as C2SP tlog-tiles cuts it: 256 hashes of one height side by side, of every eighth height. A tile is read once and kept as
 * long as this object, so make one for each question. Not safe for use by several threads at once.
 */
public final class Tiles implements TreeNodes {
    /** The hashes of a full tile. */
    public static final int WIDTH = 256;
    /** The heights that a tile spans. */
    public static final int HEIGHT = 8;

    /** Where tiles are kept. */
    public interface Source {
        /**
         * Returns the hashes of a tile side by side, as many as there are; none if there is no such tile.
         *
         * @param level 0 for tiles of leaves
         * @param index of the tile within its level, from 0
         */
        byte[] tile(int level, long index);
    }

    private record Place(int level, long index) {}

    private final TreeHasher hasher = new TreeHasher();
    private final Map<Place, byte[]> read = new HashMap<>();
    private final Source source;

    public Tiles(Source source) {
        this.source = source;
    }

    @Override
    public byte[] node(int height, long index) {
        int level = height / HEIGHT;
        int inside = height % HEIGHT;
        long first = index << inside;
        byte[] tile = read.computeIfAbsent(
                new Place(level, first / WIDTH), place -> source.tile(place.level(), place.index()));
        int from = (int) (first % WIDTH) * TreeHasher.BYTES;
        int length = TreeHasher.BYTES << inside;
        if (tile.length < from + length) {
            throw new IncompleteTreeException("tile " + first / WIDTH + " of level " + level + " has "
                    + tile.length / TreeHasher.BYTES + " hashes, and those up to " + (from + length) / TreeHasher.BYTES
                    + " are needed");
        }
        byte[] hashes = Arrays.copyOfRange(tile, from, from + length);
        for (int count = 1 << inside; count > 1; count /= 2) {
            for (int i = 0; i < count / 2; i++) {
                hasher.fold(hashes, 2 * i * TreeHasher.BYTES, i * TreeHasher.BYTES);
            }
        }
        return Arrays.copyOf(hashes, TreeHasher.BYTES);
    }

    /** Returns the path of a tile as tlog-tiles names it, such as {@code tile/0/x001/234.p/5}. */
    public static String path(int level, long index, int width) {
        var elements = new StringBuilder(String.format("%03d", index % 1_000));
        for (long rest = index / 1_000; rest > 0; rest /= 1_000) {
            elements.insert(0, String.format("x%03d/", rest % 1_000));
        }
        return "tile/" + level + "/" + elements + (width == WIDTH ? "" : ".p/" + width);
    }
}
