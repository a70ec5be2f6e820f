package io.openclaw.gateway.ingress.core.mcp;

class SessionsInMemoryTest extends SessionsContract {
    private final Sessions sessions = new SessionsInMemory(AGENT_MAXIMUM, clock);

    @Override
    protected Sessions sessions() {
        return sessions;
    }
}
