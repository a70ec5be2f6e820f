package io.openclaw.gateway.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.topic.Service;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class KeyringTest {
    private static final byte[] HASH = new Fields(Purpose.EVENT).add("an event").sha256();
    private static final List<Service> READERS = List.of(Service.VETTING, Service.AUDIT);

    private final Map<Service, String> privateKeys = Arrays.stream(Service.values())
            .collect(Collectors.toMap(Function.identity(), service -> SigningKey.generate()));

    private Keyring of(Service service) {
        return SignatureChainTest.only(service, privateKeys);
    }

    private Map<Service, List<String>> publicKeys() {
        Map<Service, List<String>> keys = new EnumMap<>(Service.class);
        privateKeys.forEach((service, key) -> keys.put(service, List.of(SigningKey.publicOf(key))));
        return keys;
    }

    private static void assertUntrusted(Keyring keyring, String signature, String why) {
        assertThatThrownBy(() -> keyring.verify(Purpose.EVENT, signature, HASH))
                .isInstanceOf(UntrustedException.class)
                .hasMessageContaining(why);
    }

    /** Made by openssl genpkey -algorithm X25519, as deploy/keys does. */
    @Test
    void aPublicKeyIsTheOneThatOthersFind() {
        assertThat(SigningKey.publicOf("SLF4oKeCRdWCwAVRVfDFRyU4O29fk3wmwsSX9aoN83M="))
                .isEqualTo("mLkeaAafo8IOMMldSAFuK0AoikzCHzcMRUvkdEbBZiE=");
    }

    @Nested
    class ASignature {
        private final String signature = of(Service.POLICY).sign(Purpose.EVENT, Service.POLICY, READERS, HASH);

        @Test
        void provesItsWriterToEachReader() throws UntrustedException {
            assertThat(of(Service.VETTING).verify(Purpose.EVENT, signature, HASH))
                    .isEqualTo(Service.POLICY);
            assertThat(of(Service.AUDIT).verify(Purpose.EVENT, signature, HASH)).isEqualTo(Service.POLICY);
            assertThat(Keyring.ofAll(privateKeys, null).verify(Purpose.EVENT, signature, HASH))
                    .isEqualTo(Service.POLICY);
        }

        @Test
        void provesNothingToOthers() {
            assertUntrusted(of(Service.EXECUTOR), signature, "not for [EXECUTOR]");
        }

        @Test
        void isForOnePurposeAndOneHash() {
            assertThatThrownBy(() -> of(Service.VETTING).verify(Purpose.VERDICT, signature, HASH))
                    .hasMessageContaining("does not hold");
            byte[] other = new Fields(Purpose.EVENT).add("another event").sha256();
            assertThatThrownBy(() -> of(Service.VETTING).verify(Purpose.EVENT, signature, other))
                    .hasMessageContaining("does not hold");
        }

        /** A reader has the key of the writer for itself; with what it has it makes nothing that another reader takes. */
        @Test
        void cannotBeMadeByAReaderForAnother() {
            Keyring vetting = of(Service.VETTING);
            assertThatThrownBy(() -> vetting.sign(Purpose.EVENT, Service.POLICY, READERS, HASH))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("openclaw.signing.keys.policy");
            String own = vetting.sign(Purpose.EVENT, Service.VETTING, List.of(Service.AUDIT), HASH);
            String policyId = signature.split(" ", -1)[1];
            String vettingId = own.split(" ", -1)[1];
            assertUntrusted(of(Service.AUDIT), own.replace(vettingId, policyId), "does not hold");
        }

        @Test
        void isRefusedWithAReasonWhateverItLooksLike() {
            Keyring reader = of(Service.VETTING);
            String id = signature.split(" ", -1)[1];
            assertUntrusted(reader, "", "not of a form");
            assertUntrusted(reader, "v2 x", "not of a form");
            assertUntrusted(reader, "v1 ", "no service has here ()");
            assertUntrusted(reader, "v1 nobody x:y", "no service has here (nobody)");
            assertUntrusted(reader, "v1 " + id, "not for [VETTING]");
            assertUntrusted(reader, "v1 " + id + " ", "not for [VETTING]");
            assertUntrusted(reader, "v1 " + id + " : :: x", "not for [VETTING]");
            assertUntrusted(reader, signature.replace(":", ":A"), "does not hold");
            assertUntrusted(reader, signature.replaceAll(":[^ ]+", ":"), "does not hold");
            assertUntrusted(reader, signature.substring(0, signature.length() - 60), "");
        }

        @Test
        void saysWhoseItClaimsToBe() {
            assertThat(of(Service.VETTING).claimedWriter(signature)).hasValue(Service.POLICY);
            assertThat(of(Service.VETTING).claimedWriter("v1 nobody")).isEmpty();
            assertThat(of(Service.VETTING).claimedWriter(null)).isEmpty();
        }
    }

    @Nested
    class WhenAKeyIsReplaced {
        private final String next = SigningKey.generate();

        private Keyring replaced(Service own, Service whose) {
            Map<Service, List<String>> known = publicKeys();
            String before = String.valueOf(privateKeys.get(whose));
            known.put(whose, List.of(SigningKey.publicOf(next), SigningKey.publicOf(before)));
            List<String> mine = own == whose ? List.of(next, before) : List.of(String.valueOf(privateKeys.get(own)));
            return Keyring.of(Map.of(own, mine), known, null);
        }

        @Test
        void whatTheWriterSignedBeforeIsStillProven() throws UntrustedException {
            String before = of(Service.POLICY).sign(Purpose.EVENT, Service.POLICY, READERS, HASH);
            Keyring reader = replaced(Service.VETTING, Service.POLICY);
            assertThat(reader.verify(Purpose.EVENT, before, HASH)).isEqualTo(Service.POLICY);
            assertThat(reader.isCurrent(before, Service.POLICY, READERS)).isFalse();

            String after = replaced(Service.POLICY, Service.POLICY).sign(Purpose.EVENT, Service.POLICY, READERS, HASH);
            assertThat(reader.verify(Purpose.EVENT, after, HASH)).isEqualTo(Service.POLICY);
            assertThat(reader.isCurrent(after, Service.POLICY, READERS)).isTrue();
        }

        @Test
        void whatWasSignedForTheReadersKeyOfBeforeIsStillProven() throws UntrustedException {
            String before = of(Service.POLICY).sign(Purpose.EVENT, Service.POLICY, READERS, HASH);
            Keyring reader = replaced(Service.VETTING, Service.VETTING);
            assertThat(reader.verify(Purpose.EVENT, before, HASH)).isEqualTo(Service.POLICY);
            assertThat(reader.isCurrent(before, Service.POLICY, READERS)).isFalse();
        }
    }

    @Nested
    class SettingsThatAreWrong {

        private void assertRefused(Map<Service, List<String>> own, Map<Service, List<String>> known, String why) {
            assertThatThrownBy(() -> Keyring.of(own, known, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(why);
        }

        private Map<Service, List<String>> own() {
            return Map.of(Service.POLICY, List.of(String.valueOf(privateKeys.get(Service.POLICY))));
        }

        @Test
        void areNamed() {
            assertRefused(Map.of(), publicKeys(), "openclaw.signing.keys.<service>");
            assertRefused(own(), Map.of(), "openclaw.signing.public.ingress");
            assertRefused(Map.of(Service.POLICY, List.of("c2hvcnQ=")), publicKeys(), "keys.policy has 5 bytes");
            assertRefused(Map.of(Service.POLICY, List.of("?")), publicKeys(), "keys.policy is not Base64");
        }

        /** As the five keys of before are, in the settings of those that are X25519 keys now. */
        @Test
        void aPrivateKeyHasToBelongToItsPublicKey() {
            assertRefused(
                    Map.of(Service.POLICY, List.of(SigningKey.generate())),
                    publicKeys(),
                    "openclaw.signing.old.policy");
        }

        @Test
        void noTwoServicesHaveOneKey() {
            Map<Service, List<String>> known = publicKeys();
            known.put(Service.AUDIT, known.getOrDefault(Service.EXECUTOR, List.of()));
            assertRefused(own(), known, "executor have the same signing key");
        }

        /** Whoever can set such a key would know the secret of everybody with it. */
        @Test
        void aPointOfSmallOrderIsNoKey() {
            Map<Service, List<String>> known = publicKeys();
            known.put(Service.AUDIT, List.of(Base64.getEncoder().encodeToString(new byte[SigningKey.BYTES])));
            assertRefused(own(), known, "openclaw.signing.public.audit");
        }
    }
}
