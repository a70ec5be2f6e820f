package io.openclaw.gateway.common.identity;

import com.nimbusds.jwt.JWTParser;
import io.openclaw.gateway.common.policy.PolicyDocument.Issuer;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.web.client.RestTemplate;

/**
 * Verifies JSON Web Tokens (RFC 7519, as RFC 8725 advises): signed with a key of the issuer's set and an asymmetric
 * algorithm, in time, by the issuer, for the audience. An issuer's keys are fetched when they are first needed and kept for
 * some minutes.
 */
final class TokenVerifier {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Map<Issuer, JwtDecoder> decoders = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    TokenVerifier() {
        this(System::nanoTime);
    }

    TokenVerifier(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A token that holds, and who issued it. */
    record Verified(Issuer issuer, Map<String, Object> claims) {}

    /**
     * Verifies a token.
     *
     * @throws UnprovenException if it does not hold, or the issuer's keys cannot be had
     */
    Verified verify(String token, List<Issuer> issuers) {
        String claimed = issuerOf(token);
        Issuer issuer = issuers.stream()
                .filter(known -> known.issuer().equals(claimed))
                .findFirst()
                .orElseThrow(() -> UnprovenException.because("the policy does not trust the issuer of the token"));
        decoders.keySet().retainAll(Set.copyOf(issuers));
        try {
            Jwt jwt = decoders.computeIfAbsent(issuer, this::decoder).decode(token);
            return new Verified(issuer, jwt.getClaims());
        } catch (BadJwtException e) {
            throw UnprovenException.because("the token does not hold: " + e.getMessage());
        } catch (JwtException | IllegalArgumentException | IllegalStateException e) {
            throw UnprovenException.fornow("the keys of the issuer '" + issuer.id() + "' cannot be had now");
        }
    }

    private static @Nullable String issuerOf(String token) {
        try {
            return JWTParser.parse(token).getJWTClaimsSet().getIssuer();
        } catch (ParseException e) {
            throw UnprovenException.because("what was sent is neither a key nor a token");
        }
    }

    private JwtDecoder decoder(Issuer issuer) {
        RestTemplate rest = rest();
        return new SupplierJwtDecoder(() -> {
            NimbusJwtDecoder decoder = (issuer.jwks() == null
                            ? NimbusJwtDecoder.withIssuerLocation(issuer.issuer())
                            : NimbusJwtDecoder.withJwkSetUri(issuer.jwks()))
                    // Never one that signs with a shared secret: a public key is none (RFC 8725 section 2.1).
                    .jwsAlgorithms(algorithms -> algorithms.addAll(Set.of(SignatureAlgorithm.values())))
                    .validateType(false)
                    .restOperations(rest)
                    .build();
            decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
                    type(),
                    new JwtTimestampValidator(),
                    new JwtClaimValidator<>(JwtClaimNames.EXP, exp -> exp != null),
                    new JwtIssuerValidator(issuer.issuer()),
                    new JwtClaimValidator<List<String>>(
                            JwtClaimNames.AUD, audience -> audience != null && audience.contains(issuer.audience()))));
            return decoder;
        });
    }

    /** An access token (RFC 9068 section 2.1), or one that does not say what it is for. */
    private static JwtTypeValidator type() {
        var type = new JwtTypeValidator("at+jwt", "application/at+jwt", "JWT");
        type.setAllowEmpty(true);
        return type;
    }

    /** An issuer that hangs must not hang those who ask; and who sends tokens with keys that nobody knows must not flood it. */
    private RestTemplate rest() {
        var requests = new SimpleClientHttpRequestFactory();
        requests.setConnectTimeout(TIMEOUT);
        requests.setReadTimeout(TIMEOUT);
        var rest = new RestTemplate(requests);
        rest.getInterceptors().add(new FetchThrottle(nanoTime));
        return rest;
    }
}
