package io.openclaw.gateway.common.signing;

import io.openclaw.gateway.common.topic.Service;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs for chosen readers, and verifies what was signed for this process: one HMAC-SHA256 for each reader.
 *
 * <p>Each service has an X25519 key pair. The key of a writer and a reader is HKDF-SHA256 of the secret that their key pairs have
 * in common, with writer, reader and {@link Purpose}; so nobody but the two has it, and the reader cannot make anything that
 * another reader takes for the writer's. See docs/decisions/0018-one-signed-envelope.md. Safe for use by several threads.
 *
 * <p>A signature is {@code v1 WRITER READER:TAG READER:TAG …}, with the ids of keys, and tags of 16 bytes in Base64 (RFC 4868
 * truncates HMAC-SHA256 so).
 */
public final class Keyring {
    private static final String VERSION = "v1 ";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int TAG_BYTES = 16;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** A key pair of a service; this process may know its public half alone. */
    private static final class Key {
        private final Service service;
        private final String id;
        private final byte[] publicKey;
        private final byte @Nullable [] privateKey;

        Key(Service service, byte[] publicKey, byte @Nullable [] privateKey) {
            this.service = service;
            this.id = SigningKey.idOf(publicKey);
            this.publicKey = publicKey;
            this.privateKey = privateKey;
        }

        boolean isOwn() {
            return privateKey != null;
        }

        String name() {
            return service.label() + " (key " + id + ")";
        }
    }

    private record Direction(Purpose purpose, String writer, String reader) {}

    private final Map<Service, Key> current = new EnumMap<>(Service.class);
    private final Map<String, Key> byId = new LinkedHashMap<>();
    /** By the ids of two keys, the smaller one first, of which one at least is this process's. */
    private final Map<String, byte[]> secrets = new HashMap<>();

    private final Map<Direction, Mac> macs = new ConcurrentHashMap<>();
    private final @Nullable StageKeys old;

    private Keyring(@Nullable StageKeys old) {
        this.old = old;
    }

    /**
     * Makes the keyring of a process.
     *
     * @param privateKeys of the services that this process is: the key in use, then keys that it had before and that records
     *     may still be signed for; each as {@link SigningKey} has it
     * @param publicKeys of all services, in the same order; those of this process's services may be left out
     * @param old the keys of the old form; empty if that is not accepted any more
     * @throws IllegalArgumentException naming the setting that is missing or wrong
     */
    public static Keyring of(
            Map<Service, List<String>> privateKeys, Map<Service, List<String>> publicKeys, @Nullable StageKeys old) {
        if (privateKeys.isEmpty()) {
            throw new IllegalArgumentException(
                    "this service has no signing key: set openclaw.signing.keys.<service> (deploy/keys makes keys)");
        }
        var keyring = new Keyring(old);
        for (Service service : Service.values()) {
            List<Key> own = keyring.read(service, privateKeys.getOrDefault(service, List.of()), true);
            List<Key> known = keyring.read(service, publicKeys.getOrDefault(service, List.of()), false);
            if (own.isEmpty() && known.isEmpty()) {
                throw new IllegalArgumentException("the public signing key of " + service.label()
                        + " is not known: set openclaw.signing.public." + service.label()
                        + " (deploy/keys makes keys)");
            }
            if (!own.isEmpty() && !known.isEmpty() && !own.getFirst().id.equals(known.getFirst().id)) {
                throw new IllegalArgumentException("openclaw.signing.keys." + service.label()
                        + " is not the private key of openclaw.signing.public." + service.label()
                        + "; a key of before these were key pairs belongs into openclaw.signing.old."
                        + service.label());
            }
            own.forEach(keyring::add);
            known.forEach(keyring::add);
            keyring.current.put(service, (own.isEmpty() ? known : own).getFirst());
        }
        keyring.agree();
        return keyring;
    }

    /**
     * Makes the keyring of a process that is all services.
     *
     * @param privateKeys of all services
     */
    public static Keyring ofAll(Map<Service, String> privateKeys, @Nullable StageKeys old) {
        return of(
                privateKeys.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, key -> List.of(key.getValue()))),
                Map.of(),
                old);
    }

    /** Makes the keyring of a process that is all services and keeps nothing, with new keys. */
    public static Keyring generated() {
        return ofAll(
                Arrays.stream(Service.values())
                        .collect(Collectors.toMap(service -> service, service -> SigningKey.generate())),
                null);
    }

    private List<Key> read(Service service, List<String> texts, boolean isPrivate) {
        List<Key> keys = new ArrayList<>();
        for (String text : texts) {
            String setting = "openclaw.signing." + (isPrivate ? "keys." : "public.") + service.label();
            byte[] bytes = SigningKey.bytesOf(text, setting);
            byte[] publicKey = isPrivate ? SigningKey.publicOf(bytes) : bytes;
            keys.add(new Key(service, publicKey, isPrivate ? bytes : null));
        }
        return keys;
    }

    private void add(Key key) {
        Key other = byId.putIfAbsent(key.id, key);
        if (other != null && other.service != key.service) {
            throw new IllegalArgumentException(
                    key.service.label() + " and " + other.service.label() + " have the same signing key");
        }
    }

    private void agree() {
        for (Key own : byId.values()) {
            byte[] privateKey = own.privateKey;
            if (privateKey == null) {
                continue;
            }
            for (Key other : byId.values()) {
                secrets.computeIfAbsent(pair(own.id, other.id), pair -> {
                    try {
                        return SigningKey.secretOf(privateKey, other.publicKey);
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(
                                "openclaw.signing.public." + other.service.label() + ": " + e.getMessage(), e);
                    }
                });
            }
        }
    }

    /** Returns what verifies the old form, if it is accepted. */
    public Optional<StageKeys> old() {
        return Optional.ofNullable(old);
    }

    /** Returns the services that this process is. */
    public List<Service> own() {
        return current.values().stream()
                .filter(Key::isOwn)
                .map(key -> key.service)
                .toList();
    }

    /**
     * Signs a hash.
     *
     * @param readers who can verify the signature
     * @param hash what {@link Fields} made
     * @throws IllegalStateException if this process is not the writer
     */
    public String sign(Purpose purpose, Service writer, Collection<Service> readers, byte[] hash) {
        Key by = current(writer);
        if (!by.isOwn()) {
            throw new IllegalStateException("this process cannot sign as " + writer.label()
                    + ": it has no openclaw.signing.keys." + writer.label());
        }
        var text = new StringBuilder(VERSION).append(by.id);
        for (Service reader : readers) {
            Key to = current(reader);
            text.append(' ').append(to.id).append(':').append(BASE64.encodeToString(tag(purpose, by, to, hash)));
        }
        return text.toString();
    }

    /**
     * Verifies a signature over a hash.
     *
     * @return the service that signed
     * @throws UntrustedException if there is no signature, it is not one for this process, or it does not hold
     */
    public Service verify(Purpose purpose, @Nullable String signature, byte[] hash) throws UntrustedException {
        if (signature == null) {
            throw new UntrustedException("it is not signed");
        }
        Key by = writerOf(signature);
        int start = VERSION.length() + by.id.length();
        while (start < signature.length()) {
            int end = signature.indexOf(' ', start + 1);
            end = end < 0 ? signature.length() : end;
            int colon = signature.indexOf(':', start);
            Key to = colon < 0 || colon > end ? null : byId.get(signature.substring(start + 1, colon));
            if (to != null && to.isOwn()) {
                String tag = signature.substring(colon + 1, end);
                if (!isEqual(tag(purpose, by, to, hash), tag)) {
                    throw new UntrustedException(
                            "the signature of " + by.name() + " for " + to.name() + " does not hold");
                }
                return by.service;
            }
            start = end;
        }
        throw new UntrustedException("it is signed by " + by.name() + ", but not for " + own());
    }

    /** Returns who a signature says it is of; empty if it is none that this process knows. Proves nothing. */
    public Optional<Service> claimedWriter(@Nullable String signature) {
        try {
            return signature == null ? Optional.empty() : Optional.of(writerOf(signature).service);
        } catch (UntrustedException e) {
            return Optional.empty();
        }
    }

    /** Tells whether a signature is made with the keys that the writer and these readers use now. */
    public boolean isCurrent(@Nullable String signature, Service writer, Collection<Service> readers) {
        return signature != null
                && signature.startsWith(VERSION + current(writer).id + " ")
                && readers.stream().allMatch(reader -> signature.contains(" " + current(reader).id + ":"));
    }

    /** Tells whether a text is a signature of this form, and not of the old one. */
    public static boolean isSignature(@Nullable String text) {
        return text != null && text.startsWith(VERSION);
    }

    private Key writerOf(String signature) throws UntrustedException {
        if (!isSignature(signature)) {
            throw new UntrustedException("its signature is not of a form that is accepted");
        }
        int end = signature.indexOf(' ', VERSION.length());
        String id = signature.substring(VERSION.length(), end < 0 ? signature.length() : end);
        Key by = byId.get(id);
        if (by == null) {
            throw new UntrustedException("it is signed with a key that no service has here (" + shortened(id) + ")");
        }
        return by;
    }

    private static String shortened(String id) {
        return id.length() <= 8 ? id : id.substring(0, 8) + "…";
    }

    private Key current(Service service) {
        Key key = current.get(service);
        if (key == null) {
            throw new AssertionError("a keyring has a key of every service");
        }
        return key;
    }

    private static boolean isEqual(byte[] tag, String text) {
        return MessageDigest.isEqual(BASE64.encode(tag), text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private byte[] tag(Purpose purpose, Key writer, Key reader, byte[] hash) {
        Mac keyed = macs.computeIfAbsent(
                new Direction(purpose, writer.id, reader.id), direction -> mac(direction, writer, reader));
        try {
            Mac mac = (Mac) keyed.clone();
            return Arrays.copyOf(mac.doFinal(hash), TAG_BYTES);
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the platform's HmacSHA256 can be copied", e);
        }
    }

    private Mac mac(Direction direction, Key writer, Key reader) {
        byte[] secret = secrets.get(pair(writer.id, reader.id));
        if (secret == null) {
            throw new AssertionError("this process is neither " + writer.name() + " nor " + reader.name());
        }
        String info = "openclaw-gateway v1 " + direction.purpose().label() + " "
                + writer.service.label() + " " + HexFormat.of().formatHex(writer.publicKey) + " "
                + reader.service.label() + " " + HexFormat.of().formatHex(reader.publicKey);
        try {
            SecretKey key = KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            ALGORITHM,
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(secret)
                                    .thenExpand(info.getBytes(StandardCharsets.US_ASCII), 32));
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("Java 25 has HKDF-SHA256 and " + ALGORITHM, e);
        }
    }

    private static String pair(String one, String other) {
        return one.compareTo(other) <= 0 ? one + other : other + one;
    }
}
