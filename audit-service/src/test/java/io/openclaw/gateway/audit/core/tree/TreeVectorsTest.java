package io.openclaw.gateway.audit.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors of the reference implementation of RFC 6962 (certificate-transparency, merkletree tests), and the example of its section 2.1.3. */
class TreeVectorsTest {
    private static final List<byte[]> ENTRIES = Stream.of(
                    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
            .map(HexFormat.of()::parseHex)
            .toList();
    private static final List<String> ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static List<String> hex(List<byte[]> hashes) {
        return hashes.stream().map(TreeVectorsTest::hex).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void computesTheRoots(int size) {
        MemoryTree tree = MemoryTree.of(ENTRIES.subList(0, size));
        assertThat(hex(tree.root())).isEqualTo(ROOTS.get(size));
        assertThat(hex(MemoryTree.of(ENTRIES).proofs().root(size))).isEqualTo(ROOTS.get(size));
    }

    static Stream<Arguments> inclusionProofs() {
        return Stream.of(
                Arguments.of(0, 1, List.of()),
                Arguments.of(
                        0,
                        8,
                        List.of(
                                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")),
                Arguments.of(
                        5,
                        8,
                        List.of(
                                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")),
                Arguments.of(2, 3, List.of("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")),
                Arguments.of(
                        1,
                        5,
                        List.of(
                                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")));
    }

    @ParameterizedTest
    @MethodSource("inclusionProofs")
    void makesAndVerifiesInclusionProofs(int index, int size, List<String> expected) {
        List<byte[]> proof = MemoryTree.of(ENTRIES).proofs().inclusion(index, size);
        assertThat(hex(proof)).isEqualTo(expected);
        byte[] leaf = new TreeHasher().leaf(ENTRIES.get(index));
        byte[] root = HexFormat.of().parseHex(ROOTS.get(size));
        assertThat(Proofs.includes(leaf, index, size, proof, root)).isTrue();
        assertThat(Proofs.includes(leaf, index + 1, size, proof, root)).isFalse();
        assertThat(Proofs.includes(root, index, size + 1, proof, root)).isFalse();
    }

    static Stream<Arguments> consistencyProofs() {
        return Stream.of(
                Arguments.of(1, 1, List.of()),
                Arguments.of(
                        1,
                        8,
                        List.of(
                                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")),
                Arguments.of(
                        6,
                        8,
                        List.of(
                                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")),
                Arguments.of(
                        2,
                        5,
                        List.of(
                                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")));
    }

    @ParameterizedTest
    @MethodSource("consistencyProofs")
    void makesAndVerifiesConsistencyProofs(int first, int second, List<String> expected) {
        List<byte[]> proof = MemoryTree.of(ENTRIES).proofs().consistency(first, second);
        assertThat(hex(proof)).isEqualTo(expected);
        byte[] firstRoot = HexFormat.of().parseHex(ROOTS.get(first));
        byte[] secondRoot = HexFormat.of().parseHex(ROOTS.get(second));
        assertThat(Proofs.isConsistent(first, firstRoot, second, secondRoot, proof))
                .isTrue();
        assertThat(Proofs.isConsistent(first, HexFormat.of().parseHex(ROOTS.get(0)), second, secondRoot, proof))
                .isFalse();
    }

    /** RFC 6962, section 2.1.3: PATH(6, D[0:7]) is i and k, of which i is the hash of the first four nodes' right neighbours. */
    @Test
    void provesTheLastLeafOfSeven() {
        MemoryTree tree = MemoryTree.of(ENTRIES.subList(0, 7));
        var hasher = new TreeHasher();
        byte[] i = hasher.node(hasher.leaf(ENTRIES.get(4)), hasher.leaf(ENTRIES.get(5)));
        assertThat(hex(tree.proofs().inclusion(6, 7)))
                .isEqualTo(hex(List.of(i, HexFormat.of().parseHex(ROOTS.get(4)))));
    }

    @Test
    void namesWhatIsNotThere() {
        MemoryTree tree = MemoryTree.of(ENTRIES);
        assertThatThrownBy(() -> tree.proofs().inclusion(8, 8)).hasMessageContaining("has none at 8");
        assertThatThrownBy(() -> tree.proofs().consistency(9, 8)).hasMessageContaining("9 leaves");
        assertThatThrownBy(() -> tree.proofs().root(9))
                .isInstanceOf(IncompleteTreeException.class)
                .hasMessageContaining("has 8 hashes");
        assertThatThrownBy(() -> CompactRange.of(3, new byte[32])).hasMessageContaining("3 leaves");
    }

    @Test
    void namesTilesAsTlogTilesDoes() {
        assertThat(Tiles.path(0, 1_234_067, Tiles.WIDTH)).isEqualTo("tile/0/x001/x234/067");
        assertThat(Tiles.path(1, 0, 5)).isEqualTo("tile/1/000.p/5");
        assertThat(Tiles.path(2, 12_000, 255)).isEqualTo("tile/2/x012/000.p/255");
    }

    @Test
    void cutsATreeIntoTheTilesOfTlogTiles() {
        var tree = new MemoryTree();
        for (int i = 0; i < 70_000; i++) {
            tree.append(new byte[] {(byte) i, (byte) (i >> 8), (byte) (i >> 16)});
        }
        // The example of tlog-tiles, section "Partial Tiles".
        assertThat(Stream.of(272L, 273L, 274L).map(index -> tree.tile(0, index).length / TreeHasher.BYTES))
                .containsExactly(256, 112, 0);
        assertThat(Stream.of(0L, 1L, 2L).map(index -> tree.tile(1, index).length / TreeHasher.BYTES))
                .containsExactly(256, 17, 0);
        assertThat(tree.tile(2, 0)).hasSize(TreeHasher.BYTES);
        assertThat(tree.proofs().root(70_000)).isEqualTo(tree.root());
        byte[] of65536 = tree.tile(2, 0);
        assertThat(Arrays.equals(tree.proofs().root(65_536), of65536)).isTrue();
    }
}
