package io.openclaw.gateway.audit.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.audit.core.tree.Checkpoints.SignedCheckpoint;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckpointsTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-27T10:00:00Z"), ZoneOffset.UTC);

    private final NoteKey key = NoteKey.ofPrivate("log.example", NoteKey.generate());
    private final List<SignedCheckpoint> kept = new ArrayList<>();
    private final MemoryTree tree = new MemoryTree();

    private Checkpoints checkpoints(Checkpoints.Tree of, Optional<SignedCheckpoint> last) {
        return new Checkpoints("log.example", List.of(key), of, last, List.of(kept::add), CLOCK);
    }

    private static MemoryTree treeOf(int size) {
        var grown = new MemoryTree();
        for (int i = 0; i < size; i++) {
            grown.append(new byte[] {(byte) i});
        }
        return grown;
    }

    @Test
    void signsTheTreeWheneverItHasGrown() {
        Checkpoints checkpoints = checkpoints(tree, Optional.empty());
        assertThat(checkpoints.renew()).isEmpty();
        tree.append(new byte[] {0});
        SignedCheckpoint first = checkpoints.renew().orElseThrow();
        assertThat(Checkpoint.verified(first.note(), List.of(key)))
                .isEqualTo(new Checkpoint("log.example", 1, tree.root()));
        assertThat(checkpoints.renew()).contains(first);
        tree.append(new byte[] {1});
        checkpoints.renew();
        assertThat(kept).extracting(each -> each.checkpoint().size()).containsExactly(1L, 2L);
        assertThat(checkpoints.last()).contains(kept.getLast());
    }

    @Test
    void goesOnFromWhatWasSignedBefore() {
        SignedCheckpoint last =
                checkpoints(treeOf(300), Optional.empty()).renew().orElseThrow();
        assertThat(checkpoints(treeOf(300), Optional.of(last)).renew()).contains(last);
        assertThat(checkpoints(treeOf(301), Optional.of(last))
                        .renew()
                        .orElseThrow()
                        .checkpoint()
                        .size())
                .isEqualTo(301);
    }

    @Test
    void doesNotSignARecordThatWasRewrittenOrCutOff() {
        SignedCheckpoint last =
                checkpoints(treeOf(300), Optional.empty()).renew().orElseThrow();
        var rewritten = new MemoryTree();
        for (int i = 0; i < 320; i++) {
            rewritten.append(new byte[] {(byte) (i == 7 ? 99 : i)});
        }
        Checkpoints checkpoints = checkpoints(rewritten, Optional.of(last));
        kept.clear();
        assertThatThrownBy(checkpoints::renew)
                .isInstanceOf(RewrittenTreeException.class)
                .hasMessageContaining("it was rewritten");
        assertThatThrownBy(checkpoints(treeOf(299), Optional.of(last))::renew)
                .isInstanceOf(RewrittenTreeException.class)
                .hasMessageContaining("has 299 events, and had 300");
        assertThat(kept).isEmpty();
    }

    @Test
    void doesNotSignARewrittenRecordOfTheSameSize() {
        SignedCheckpoint last = checkpoints(treeOf(3), Optional.empty()).renew().orElseThrow();
        tree.append(new byte[] {9});
        tree.append(new byte[] {1});
        tree.append(new byte[] {2});
        assertThatThrownBy(checkpoints(tree, Optional.of(last))::renew).isInstanceOf(RewrittenTreeException.class);
    }

    /** A checkpoint that is kept nowhere would be worth nothing. */
    @Test
    void signsAgainWhatCouldNotBeKept() {
        tree.append(new byte[] {0});
        var isBroken = new java.util.concurrent.atomic.AtomicBoolean(true);
        var checkpoints = new Checkpoints(
                "log.example",
                List.of(key),
                tree,
                Optional.empty(),
                List.of(signed -> {
                    if (isBroken.get()) {
                        throw new IllegalStateException("the disk is full");
                    }
                    kept.add(signed);
                }),
                CLOCK);
        assertThatThrownBy(checkpoints::renew).hasMessageContaining("the disk is full");
        isBroken.set(false);
        assertThat(checkpoints.renew()).isPresent();
        assertThat(kept).hasSize(1);
    }

    @Test
    void signsNothingWithoutAKey() {
        tree.append(new byte[] {0});
        assertThat(new Checkpoints("log.example", List.of(), tree, Optional.empty(), List.of(kept::add), CLOCK).renew())
                .isEmpty();
    }
}
