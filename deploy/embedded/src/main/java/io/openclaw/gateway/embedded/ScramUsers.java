package io.openclaw.gateway.embedded;

import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.jspecify.annotations.Nullable;

/**
 * The users that a listener knows for SASL/SCRAM (RFC 5802), from the options {@code user_NAME="password"} of its JAAS entry,
 * as SASL/PLAIN has them. Kafka's own keeps them in the cluster's metadata, which the controller's listener has not read yet
 * when the broker connects to it, and which the directory of an older gateway does not have.
 */
public final class ScramUsers implements AuthenticateCallbackHandler {
    private static final String OPTION = "user_";

    private final Map<String, ScramCredential> credentials = new ConcurrentHashMap<>();

    @Override
    public void configure(
            Map<String, ?> configuration, String mechanism, List<AppConfigurationEntry> jaasConfigEntries) {
        ScramMechanism scram = ScramMechanism.forMechanismName(mechanism);
        try {
            var formatter = new ScramFormatter(scram);
            for (AppConfigurationEntry entry : jaasConfigEntries) {
                entry.getOptions().forEach((name, password) -> {
                    if (name.startsWith(OPTION)) {
                        credentials.put(
                                name.substring(OPTION.length()),
                                formatter.generateCredential(password.toString(), scram.minIterations()));
                    }
                });
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + mechanism, e);
        }
    }

    /** Answers with the user's credential; Kafka refuses a user that has none. */
    @Override
    public void handle(Callback[] callbacks) {
        String user = null;
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                user = name.getDefaultName();
            } else if (callback.getClass() == ScramCredentialCallback.class) {
                ((ScramCredentialCallback) callback).scramCredential(credential(user));
            } else {
                // Delegation tokens extend the callback of credentials; there are none here.
                throw new SaslAuthenticationException("This listener knows users and their passwords alone.");
            }
        }
    }

    private @Nullable ScramCredential credential(@Nullable String user) {
        return user == null ? null : credentials.get(user);
    }

    @Override
    public void close() {
        credentials.clear();
    }
}
