package io.openclaw.gateway.audit.core.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedNoteTest {
    /** The example of Go's golang.org/x/mod/sumdb/note, whose format C2SP signed-note describes. */
    private static final String VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    private static final String SIGNER_KEY = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    private static final String TEXT =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    private static final String NOTE = TEXT
            + "\n"
            + "\u2014 PeterNeumann"
            + " x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    private static String privateKey() {
        byte[] both = new byte[64];
        System.arraycopy(Base64.getDecoder().decode(SIGNER_KEY), 1, both, 0, 32);
        byte[] verifier = Base64.getDecoder().decode(VERIFIER.split("\\+", 3)[2]);
        System.arraycopy(verifier, 1, both, 32, 32);
        return Base64.getEncoder().encodeToString(both);
    }

    @Test
    void signsTheSameBytesAsOthers() {
        NoteKey key = NoteKey.ofPrivate("PeterNeumann", privateKey());
        assertThat(key.verifierKey()).isEqualTo(VERIFIER);
        assertThat(SignedNote.sign(TEXT, List.of(key)).format()).isEqualTo(NOTE);
    }

    @Test
    void verifiesTheNotesOfOthers() {
        assertThat(SignedNote.parse(NOTE).verified(List.of(NoteKey.ofVerifier(VERIFIER))))
                .isEqualTo(TEXT);
        assertThat(SignedNote.parse(
                                "This is an example message.\n\n"
                                        + "\u2014 example.com/foo"
                                        + " Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n")
                        .verified(List.of(NoteKey.ofVerifier(
                                "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"))))
                .isEqualTo("This is an example message.\n");
    }

    @Test
    void refusesAChangedText() {
        SignedNote changed = SignedNote.parse(NOTE.replace("cryptography", "cryptographY"));
        assertThatThrownBy(() -> changed.verified(List.of(NoteKey.ofVerifier(VERIFIER))))
                .isInstanceOf(UnsignedNoteException.class)
                .hasMessageContaining("does not hold");
    }

    @Test
    void passesSignaturesOfUnknownKeysOverAndWantsOneOfAKnown() {
        NoteKey known = NoteKey.ofPrivate("log.example", NoteKey.generate());
        NoteKey other = NoteKey.ofPrivate("log.example", NoteKey.generate());
        SignedNote both = SignedNote.sign("a\n", List.of(other, known));
        NoteKey publicPart = NoteKey.ofVerifier(known.verifierKey());
        assertThat(SignedNote.parse(both.format()).verified(List.of(publicPart)))
                .isEqualTo("a\n");
        assertThatThrownBy(() -> SignedNote.sign("a\n", List.of(other)).verified(List.of(publicPart)))
                .isInstanceOf(UnsignedNoteException.class)
                .hasMessageContaining("signed by none of");
        assertThatThrownBy(() -> publicPart.sign(new byte[1])).hasMessageContaining("cannot sign");
    }

    /** While keys change, both sign, and whoever knows one of them is served. */
    @Test
    void aCheckpointIsSignedWithEachKey() {
        NoteKey old = NoteKey.ofPrivate("log.example", NoteKey.generate());
        NoteKey fresh = NoteKey.ofPrivate("log.example", NoteKey.generate());
        var checkpoint = new Checkpoint("log.example", 20_852_163, new byte[32]);
        String note = SignedNote.sign(checkpoint.text(), List.of(fresh, old)).format();
        assertThat(note)
                .startsWith(
                        "log.example\n20852163\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u2014 log.example ");
        assertThat(Checkpoint.verified(note, List.of(old))).isEqualTo(checkpoint);
        assertThat(Checkpoint.verified(note, List.of(fresh))).isEqualTo(checkpoint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a\n",
                "a\n\n",
                "a\n\nb\n",
                "a\n\n\u2014 name\n",
                "a\n\n\u2014 name AA==\n",
                "a\n\n\u2014 name ????\n",
                "a\n\n\u2014 name AAAAAAAA",
                "a\tb\n\n\u2014 name AAAAAAAA\n"
            })
    void refusesWhatIsNoNote(String text) {
        assertThatThrownBy(() -> SignedNote.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a\n", "a\n1\n", "a\n01\nAA==\n", "a\n-1\nAA==\n", "a\n1\nAA==\n", "\n1\nAA==\n", "a\n1\n????\n"
            })
    void refusesWhatIsNoCheckpoint(String text) {
        assertThatThrownBy(() -> Checkpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no checkpoint");
    }

    @Test
    void passesExtensionLinesOver() {
        String root = "A".repeat(43) + "=";
        assertThat(Checkpoint.parse("a\n1\n" + root + "\nmore\n").size()).isEqualTo(1);
    }

    @Test
    void saysWhatIsWrongWithAKey() {
        assertThatThrownBy(() -> NoteKey.ofVerifier("a+b")).hasMessageContaining("is no verifier key");
        assertThatThrownBy(() -> NoteKey.ofVerifier(VERIFIER.replace("c74f20a3", "c74f20a4")))
                .hasMessageContaining("another id");
        assertThatThrownBy(() -> NoteKey.ofVerifier("a+00000000+AA==")).hasMessageContaining("Ed25519");
        assertThatThrownBy(() -> NoteKey.ofPrivate("a", "AAAA")).hasMessageContaining("3 bytes");
        assertThatThrownBy(() -> NoteKey.ofPrivate("a b", NoteKey.generate())).hasMessageContaining("no spaces");
        byte[] first = Base64.getDecoder().decode(NoteKey.generate());
        byte[] second = Base64.getDecoder().decode(NoteKey.generate());
        System.arraycopy(second, 32, first, 32, 32);
        assertThatThrownBy(() -> NoteKey.ofPrivate("a", Base64.getEncoder().encodeToString(first)))
                .hasMessageContaining("do not belong together");
        assertThat(Arrays.equals(first, second)).isFalse();
    }
}
