package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.web.WebAddresses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.webauthn.api.AuthenticatorAssertionResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorAttestationResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorSelectionCriteria;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.PublicKeyCredential;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialCreationOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRequestOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRpEntity;
import org.springframework.security.web.webauthn.api.ResidentKeyRequirement;
import org.springframework.security.web.webauthn.api.UserVerificationRequirement;
import org.springframework.security.web.webauthn.jackson.WebauthnJacksonModule;
import org.springframework.security.web.webauthn.management.ImmutablePublicKeyCredentialCreationOptionsRequest;
import org.springframework.security.web.webauthn.management.ImmutablePublicKeyCredentialRequestOptionsRequest;
import org.springframework.security.web.webauthn.management.ImmutableRelyingPartyRegistrationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyAuthenticationRequest;
import org.springframework.security.web.webauthn.management.RelyingPartyPublicKey;
import org.springframework.security.web.webauthn.management.WebAuthnRelyingPartyOperations;
import org.springframework.security.web.webauthn.management.Webauthn4JRelyingPartyOperations;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Passkeys (WebAuthn Level 3), verified by Spring Security. The authenticator has to verify its user, so a passkey is something that a
 * person has and something that the person knows or is: both factors in one.
 */
public final class Passkeys {
    /** How many passkeys a person may have. */
    static final int MAX = 20;

    private static final String CREATION = Passkeys.class.getName() + ".creation";
    private static final String REQUEST = Passkeys.class.getName() + ".request";
    /** How long a session lives that somebody has who only began to sign in, in seconds. */
    private static final int TIME_TO_SIGN_IN = 300;

    private static final JsonMapper JSON =
            JsonMapper.builder().addModule(new WebauthnJacksonModule()).build();

    private final PasskeyStore store;
    private final WebAddresses addresses;

    Passkeys(PasskeyStore store, WebAddresses addresses) {
        this.store = store;
        this.addresses = addresses;
    }

    /** Thrown if a passkey does not prove anybody, or cannot be kept; the message says why, for the log. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * Returns why there are no passkeys at the address that a request came to, for people; empty if there are. Browsers have them only in
     * secure contexts, and for names, never for IP addresses (WebAuthn Level 3 section 5.1.3).
     */
    Optional<String> problem(HttpServletRequest request) {
        return addresses
                .baseUrl(request)
                .map(url -> problem(URI.create(url)))
                .orElse(Optional.of(
                        "Passkeys need an address that the gateway knows to be its own: set OPENCLAW_PUBLIC_URL."));
    }

    static Optional<String> problem(URI url) {
        String host = hostOf(url);
        if (host.isEmpty() || host.contains(":") || host.matches("[0-9.]+")) {
            return Optional.of("Passkeys need a name in the console's address, and not an IP address.");
        }
        boolean isLocal = host.equals("localhost") || host.endsWith(".localhost");
        return "https".equalsIgnoreCase(url.getScheme()) || isLocal
                ? Optional.empty()
                : Optional.of("Passkeys need https in the console's address.");
    }

    private static String hostOf(URI url) {
        return url.getHost() == null ? "" : url.getHost().toLowerCase(Locale.ROOT);
    }

    /** Returns a person's passkeys, the oldest first. */
    List<CredentialRecord> of(String person) {
        return store.of(person);
    }

    /** Returns the names of all who have a passkey, in order. */
    List<String> people() {
        return store.people();
    }

    /** Removes one of a person's passkeys; returns false if the person has none such. */
    boolean remove(String person, String id) {
        return store.delete(person, id);
    }

    /** Removes all passkeys of a person, and returns how many. */
    int removeAll(String person) {
        return store.deleteAll(person);
    }

    /** Begins to register a passkey: returns what the browser's {@code navigator.credentials.create} is given, as JSON. */
    String creationOptions(Authentication person, HttpServletRequest request) {
        PublicKeyCredentialCreationOptions options = at(request)
                .createPublicKeyCredentialCreationOptions(
                        new ImmutablePublicKeyCredentialCreationOptionsRequest(person));
        request.getSession().setAttribute(CREATION, options);
        return JSON.writeValueAsString(options);
    }

    /**
     * Keeps a new passkey of the person who began to register it.
     *
     * @param credential what the browser answered, as JSON
     */
    void register(String credential, String label, HttpServletRequest request) throws RefusedException {
        Object options = taken(CREATION, request);
        if (!(options instanceof PublicKeyCredentialCreationOptions creation)
                || !creation.getUser().getName().equals(request.getRemoteUser())) {
            throw new RefusedException("no passkey was being registered");
        }
        if (store.of(creation.getUser().getName()).size() >= MAX) {
            throw new RefusedException("there are " + MAX + " passkeys already");
        }
        try {
            PublicKeyCredential<AuthenticatorAttestationResponse> answer = JSON.readValue(
                    credential, new TypeReference<PublicKeyCredential<AuthenticatorAttestationResponse>>() {});
            at(request)
                    .registerCredential(new ImmutableRelyingPartyRegistrationRequest(
                            creation, new RelyingPartyPublicKey(answer, label)));
        } catch (RuntimeException e) {
            throw refused(e);
        }
    }

    /** Begins a sign-in: returns what the browser's {@code navigator.credentials.get} is given, as JSON. */
    String requestOptions(HttpServletRequest request) {
        PublicKeyCredentialRequestOptions options =
                at(request).createCredentialRequestOptions(new ImmutablePublicKeyCredentialRequestOptionsRequest(null));
        HttpSession session = request.getSession();
        if (session.isNew()) {
            session.setMaxInactiveInterval(TIME_TO_SIGN_IN);
        }
        session.setAttribute(REQUEST, options);
        return JSON.writeValueAsString(options);
    }

    /**
     * Returns the name of the person whom a passkey proves; that person may be one who may not sign in.
     *
     * @param credential what the browser answered, as JSON
     */
    String prove(String credential, HttpServletRequest request) throws RefusedException {
        if (!(taken(REQUEST, request) instanceof PublicKeyCredentialRequestOptions options)) {
            throw new RefusedException("no sign-in with a passkey had begun");
        }
        try {
            PublicKeyCredential<AuthenticatorAssertionResponse> answer = JSON.readValue(
                    credential, new TypeReference<PublicKeyCredential<AuthenticatorAssertionResponse>>() {});
            return Objects.requireNonNull(
                            at(request).authenticate(new RelyingPartyAuthenticationRequest(options, answer)))
                    .getName();
        } catch (RuntimeException e) {
            throw refused(e);
        }
    }

    /** Each challenge is good for one answer. */
    private static @org.jspecify.annotations.Nullable Object taken(String name, HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session == null) {
            return null;
        }
        Object options = session.getAttribute(name);
        session.removeAttribute(name);
        return options;
    }

    private static RefusedException refused(RuntimeException e) {
        var refused = new RefusedException(e.toString());
        refused.initCause(e);
        return refused;
    }

    private WebAuthnRelyingPartyOperations at(HttpServletRequest request) {
        URI url = URI.create(addresses.baseUrl(request).orElseThrow());
        var site = PublicKeyCredentialRpEntity.builder()
                .id(hostOf(url))
                .name("OpenClaw Gateway")
                .build();
        String origin = url.getScheme() + "://" + url.getRawAuthority();
        var operations =
                new Webauthn4JRelyingPartyOperations(store.new People(), store.new Credentials(), site, Set.of(origin));
        operations.setCustomizeCreationOptions(
                options -> options.authenticatorSelection(AuthenticatorSelectionCriteria.builder()
                        .residentKey(ResidentKeyRequirement.REQUIRED)
                        .userVerification(UserVerificationRequirement.REQUIRED)
                        .build()));
        operations.setCustomizeRequestOptions(
                options -> options.userVerification(UserVerificationRequirement.REQUIRED));
        return operations;
    }
}
