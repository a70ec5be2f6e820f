package io.openclaw.gateway.audit.core.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The tree against the definitions of RFC 9162, as they stand there, on trees of up to three levels of tiles. */
class TreePropertyTest {
    private static final int LARGEST = 700;
    private static final List<byte[]> ENTRIES = entries();
    private static final MemoryTree TREE = MemoryTree.of(ENTRIES);

    private final TreeHasher hasher = new TreeHasher();

    private static List<byte[]> entries() {
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < LARGEST; i++) {
            entries.add(("entry " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return entries;
    }

    /** Section 2.1.1: MTH(D_n). */
    private byte[] mth(List<byte[]> entries) {
        if (entries.isEmpty()) {
            return hasher.empty();
        }
        if (entries.size() == 1) {
            return hasher.leaf(entries.getFirst());
        }
        int k = Integer.highestOneBit(entries.size() - 1);
        return hasher.node(mth(entries.subList(0, k)), mth(entries.subList(k, entries.size())));
    }

    @Property(tries = 200)
    void everyRootIsThatOfTheDefinition(@ForAll @IntRange(max = LARGEST) int size) {
        byte[] root = mth(ENTRIES.subList(0, size));
        assertThat(TREE.proofs().root(size)).isEqualTo(root);
        assertThat(CompactRange.of(size, TREE.tiles()).root()).isEqualTo(root);
        assertThat(MemoryTree.of(ENTRIES.subList(0, size)).root()).isEqualTo(root);
    }

    @Property(tries = 300)
    void everyLeafIsProvenAndNoOtherOneByItsProof(
            @ForAll @IntRange(min = 1, max = LARGEST) int size,
            @ForAll @IntRange(max = LARGEST - 1) int any,
            @ForAll @IntRange(max = LARGEST - 1) int other,
            @ForAll @IntRange(max = 255) int bit) {
        int index = any % size;
        List<byte[]> proof = TREE.proofs().inclusion(index, size);
        byte[] root = mth(ENTRIES.subList(0, size));
        byte[] leaf = hasher.leaf(ENTRIES.get(index));
        assertThat(Proofs.includes(leaf, index, size, proof, root)).isTrue();
        assertThat(proof.size()).isLessThanOrEqualTo(Integer.SIZE - Integer.numberOfLeadingZeros(size - 1));
        if (other != index) {
            assertThat(Proofs.includes(hasher.leaf(ENTRIES.get(other)), index, size, proof, root))
                    .isFalse();
            assertThat(Proofs.includes(leaf, other, size, proof, root)).isFalse();
        }
        for (int i = 0; i < proof.size(); i++) {
            List<byte[]> changed = new ArrayList<>(proof);
            changed.set(i, flipped(proof.get(i), bit));
            assertThat(Proofs.includes(leaf, index, size, changed, root)).isFalse();
            changed.remove(i);
            assertThat(Proofs.includes(leaf, index, size, changed, root)).isFalse();
        }
        List<byte[]> longer = new ArrayList<>(proof);
        longer.add(leaf);
        assertThat(Proofs.includes(leaf, index, size, longer, root)).isFalse();
        assertThat(Proofs.includes(leaf, index, size, proof, flipped(root, bit)))
                .isFalse();
    }

    @Property(tries = 300)
    void everyBeginningIsProvenAndNothingElse(
            @ForAll @IntRange(max = LARGEST) int one,
            @ForAll @IntRange(max = LARGEST) int two,
            @ForAll @IntRange(max = 255) int bit) {
        int first = Math.min(one, two);
        int second = Math.max(one, two);
        List<byte[]> proof = TREE.proofs().consistency(first, second);
        byte[] firstRoot = mth(ENTRIES.subList(0, first));
        byte[] secondRoot = mth(ENTRIES.subList(0, second));
        assertThat(Proofs.isConsistent(first, firstRoot, second, secondRoot, proof))
                .isTrue();
        assertThat(Proofs.isConsistent(first, flipped(firstRoot, bit), second, secondRoot, proof))
                .isFalse();
        // From nothing to anything needs no proof, and gives none of the later root.
        if (first > 0) {
            assertThat(Proofs.isConsistent(first, firstRoot, second, flipped(secondRoot, bit), proof))
                    .isFalse();
        }
        for (int i = 0; i < proof.size(); i++) {
            List<byte[]> changed = new ArrayList<>(proof);
            changed.set(i, flipped(proof.get(i), bit));
            assertThat(Proofs.isConsistent(first, firstRoot, second, secondRoot, changed))
                    .isFalse();
        }
    }

    /** A tree with another entry in it is the continuation of none that had that entry. */
    @Property(tries = 100)
    void aRewrittenEntryShows(
            @ForAll @IntRange(min = 1, max = LARGEST) int first, @ForAll @IntRange(max = LARGEST - 1) int any) {
        List<byte[]> entries = new ArrayList<>(ENTRIES);
        entries.set(any % first, new byte[] {1});
        MemoryTree rewritten = MemoryTree.of(entries);
        assertThat(Proofs.isConsistent(
                        first,
                        TREE.proofs().root(first),
                        LARGEST,
                        rewritten.root(),
                        rewritten.proofs().consistency(first, LARGEST)))
                .isFalse();
    }

    private static byte[] flipped(byte[] hash, int bit) {
        byte[] flipped = hash.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        return flipped;
    }
}
