package io.openclaw.gateway.common.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.openclaw.gateway.common.policy.PolicyDocument.Issuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {
    private final AtomicLong nanoTime = new AtomicLong();
    private final TokenVerifier verifier = new TokenVerifier(nanoTime::get);
    private final AtomicInteger fetches = new AtomicInteger();
    private HttpServer server;
    private RSAKey key;
    private Issuer issuer;

    @BeforeEach
    void anIssuer() throws IOException, JOSEException {
        key = new RSAKeyGenerator(2048).keyID("k1").generate();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/jwks", exchange -> {
            try (exchange) {
                fetches.incrementAndGet();
                byte[] body = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        issuer = new Issuer(
                "corp",
                "https://login.example.com",
                "gateway",
                "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks",
                null,
                null,
                Map.of());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://login.example.com")
                .audience("gateway")
                .subject("bot-7")
                .expirationTime(Date.from(Instant.now().plusSeconds(300)));
    }

    private static String signed(JWTClaimsSet.Builder claims, JWSAlgorithm algorithm, JWSSigner signer) {
        return signed(claims, new JWSHeader.Builder(algorithm), signer);
    }

    private static String signed(JWTClaimsSet.Builder claims, JWSHeader.Builder header, JWSSigner signer) {
        try {
            var token = new SignedJWT(header.keyID("k1").build(), claims.build());
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    private String signed(JWTClaimsSet.Builder claims) throws JOSEException {
        return signed(claims, JWSAlgorithm.RS256, new RSASSASigner(key));
    }

    private void assertRefused(String token, String words) {
        assertThatThrownBy(() -> verifier.verify(token, List.of(issuer)))
                .isInstanceOfSatisfying(
                        UnprovenException.class,
                        e -> assertThat(e.mayBeTriedAgain()).isFalse())
                .hasMessageContaining(words);
    }

    @Test
    void aGoodTokenHoldsAndTheKeysAreFetchedOnce() throws JOSEException {
        for (int i = 0; i < 5; i++) {
            assertThat(verifier.verify(signed(claims()), List.of(issuer)).claims())
                    .containsEntry("sub", "bot-7");
        }
        assertThat(fetches).hasValue(1);
    }

    @Test
    void aTokenForSomebodyElseIsRefused() throws JOSEException {
        assertRefused(signed(claims().audience("another-service")), "aud");
        assertRefused(signed(claims().audience((String) null)), "aud");
    }

    @Test
    void aTokenThatExpiredOrNeverDoesIsRefused() throws JOSEException {
        assertRefused(signed(claims().expirationTime(Date.from(Instant.now().minusSeconds(120)))), "expired");
        assertRefused(signed(claims().expirationTime(null)), "exp");
    }

    @Test
    void anAccessTokenIsGoodAndATokenForSomethingElseIsNot() throws JOSEException {
        assertThat(verifier.verify(typed("at+jwt"), List.of(issuer)).claims()).containsEntry("sub", "bot-7");
        assertThat(verifier.verify(typed("JWT"), List.of(issuer)).claims()).containsEntry("sub", "bot-7");
        assertRefused(typed("logout+jwt"), "typ");
    }

    private String typed(String type) throws JOSEException {
        return signed(
                claims(),
                new JWSHeader.Builder(JWSAlgorithm.RS256).type(new JOSEObjectType(type)),
                new RSASSASigner(key));
    }

    @Test
    void aTokenWithoutASignatureIsRefused() {
        assertRefused(new PlainJWT(claims().build()).serialize(), "Unsupported algorithm of none");
    }

    @Test
    void aTokenThatIsSignedWithThePublicKeyAsASecretIsRefused() throws JOSEException {
        byte[] secret = key.toPublicJWK().toRSAPublicKey().getEncoded();
        assertRefused(signed(claims(), JWSAlgorithm.HS256, new MACSigner(secret)), "does not hold");
        byte[] pem = ("-----BEGIN PUBLIC KEY-----\n"
                        + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(secret)
                        + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
        assertRefused(signed(claims(), JWSAlgorithm.HS256, new MACSigner(pem)), "does not hold");
    }

    @Test
    void aTokenOfAnotherKeyOrIssuerIsRefused() throws JOSEException {
        RSAKey other = new RSAKeyGenerator(2048).keyID("k1").generate();
        assertRefused(signed(claims(), JWSAlgorithm.RS256, new RSASSASigner(other)), "does not hold");
        assertRefused(signed(claims().issuer("https://evil.example.com")), "does not trust");
        assertRefused("a.b.c", "neither a key nor a token");
    }

    @Test
    void aTokenWhoseIssuerCannotBeReachedMayBeGoodLater() throws JOSEException {
        server.stop(0);
        assertThatThrownBy(() -> verifier.verify(signed(claims()), List.of(issuer)))
                .isInstanceOfSatisfying(
                        UnprovenException.class,
                        e -> assertThat(e.mayBeTriedAgain()).isTrue())
                .hasMessageContaining("'corp'");
    }

    private void tryWithUnknownKeys(int tokens) throws JOSEException {
        for (int i = 0; i < tokens; i++) {
            var token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID("unknown-" + i)
                            .build(),
                    claims().build());
            token.sign(new RSASSASigner(key));
            String text = token.serialize();
            assertThatThrownBy(() -> verifier.verify(text, List.of(issuer))).isInstanceOf(UnprovenException.class);
        }
    }

    @Test
    void unknownKeyIdsDoNotFetchTheKeysAgainAndAgain() throws JOSEException {
        tryWithUnknownKeys(100);
        assertThat(fetches).hasValue(1);
        nanoTime.addAndGet(FetchThrottle.INTERVAL.toNanos());
        tryWithUnknownKeys(100);
        assertThat(fetches).hasValue(2);
    }

    @Test
    void anIssuerThatFailsIsNotAskedByEveryToken() throws JOSEException {
        server.removeContext("/jwks");
        server.createContext("/jwks", exchange -> {
            try (exchange) {
                fetches.incrementAndGet();
            }
        });
        tryWithUnknownKeys(20);
        // The client itself tries a request again whose connection broke.
        assertThat(fetches.get()).isBetween(1, 2);
    }
}
