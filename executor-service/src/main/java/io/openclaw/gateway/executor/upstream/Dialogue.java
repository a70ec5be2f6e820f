package io.openclaw.gateway.executor.upstream;

import io.openclaw.gateway.common.json.RawJson;
import java.util.Map;
import java.util.Optional;

/** What an upstream and the agent's client say to each other while a call runs. */
public interface Dialogue extends Upstream.Listener {

    /**
     * What the client answered.
     *
     * @param responses its results, by the keys of the requests
     * @param errors its JSON-RPC errors, by the keys of the requests
     */
    record Given(Map<String, RawJson> responses, Map<String, RawJson> errors) {}

    @Override
    void beforeAttempt();

    @Override
    void didNotStart();

    /** Is told how the call can be cancelled from now on. */
    void cancellableBy(Runnable how);

    /** Tells whether the agent no longer wants the call. */
    boolean isCancelled();

    /** Asks the client, and waits for its answer; empty if none came in time. */
    Optional<Given> ask(Map<String, RawJson> requests);
}
