package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.BodyBuffer;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.JsonBody;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.Shares;
import io.openclaw.gateway.ingress.core.Utf8;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Reads the bodies of agents' requests: of at most 4 MiB, into memory that grows with what arrives, and is bounded per agent
 * and as a whole. What a body takes counts until its request has ended, or {@link #release} says that it is not needed any more.
 */
public final class RequestBodies implements HandlerInterceptor {
    private static final String BUFFER = RequestBodies.class.getName();

    private final Shares memory;
    private final long agentMaximum;
    private final Duration timeout;
    private final AgentRates rates;
    private final Function<Caller, AgentLimits> limits;
    private final JsonLimits json;
    private final ParsingPool parsing;
    private final LongSupplier nanoTime;

    /**
     * @param memory counts the bytes of all bodies
     * @param agentMaximum how many bytes the bodies of one agent may take together
     * @param timeout within which a body has to arrive
     * @param limits tells the limits of an agent
     * @param json how many tokens a body may have
     * @param parsing parses large bodies
     */
    public RequestBodies(
            Shares memory,
            long agentMaximum,
            Duration timeout,
            AgentRates rates,
            Function<Caller, AgentLimits> limits,
            JsonLimits json,
            ParsingPool parsing) {
        this(memory, agentMaximum, timeout, rates, limits, json, parsing, System::nanoTime);
    }

    RequestBodies(
            Shares memory,
            long agentMaximum,
            Duration timeout,
            AgentRates rates,
            Function<Caller, AgentLimits> limits,
            JsonLimits json,
            ParsingPool parsing,
            LongSupplier nanoTime) {
        this.memory = memory;
        this.agentMaximum = agentMaximum;
        this.timeout = timeout;
        this.rates = rates;
        this.limits = limits;
        this.json = json;
        this.parsing = parsing;
        this.nanoTime = nanoTime;
    }

    /**
     * Reads a body as JSON.
     *
     * @throws BodyTooLargeException if it has more than 4 MiB
     * @throws InvalidRequestException naming the place where it is no JSON, no value of the type, or no text that UTF-8 carries, or has a NUL
     * @throws io.openclaw.gateway.ingress.core.LimitExceededException if the agent, or all agents together, send too much
     */
    public <T> T read(HttpServletRequest request, Caller caller, Class<T> type) {
        byte[] body = bytes(request, caller);
        return parse(body, () -> JsonBody.read(body, type));
    }

    /** Parses a body where it keeps nobody else waiting; see {@link ParsingPool}. */
    public <T> T parse(byte[] body, Supplier<T> parser) {
        return parsing.parse(body.length, parser);
    }

    /**
     * Reads a body as UTF-8, without a byte order mark.
     *
     * @throws BodyTooLargeException if it has more than 4 MiB
     * @throws InvalidRequestException if it does not arrive whole, and in time; or is no UTF-8, or has too many tokens
     * @throws io.openclaw.gateway.ingress.core.LimitExceededException if the agent, or all agents together, send too much
     */
    public byte[] bytes(HttpServletRequest request, Caller caller) {
        String agent = caller.agent();
        AgentLimits held = limits.apply(caller);
        long announced = request.getContentLengthLong();
        if (announced > GatewayApplication.MAX_PAYLOAD_BYTES) {
            throw new BodyTooLargeException();
        }
        rates.requireBytes(agent, Math.max(0, announced), held);
        var buffer = new BodyBuffer(memory, agent, agentMaximum);
        request.setAttribute(BUFFER, buffer);
        try {
            long start = nanoTime.getAsLong();
            InputStream in = request.getInputStream();
            while (buffer.readOnce(in, announced, GatewayApplication.MAX_PAYLOAD_BYTES)) {
                if (buffer.length() > GatewayApplication.MAX_PAYLOAD_BYTES) {
                    throw new BodyTooLargeException();
                }
                if (nanoTime.getAsLong() - start > timeout.toNanos()) {
                    throw new InvalidRequestException(
                            "the body did not arrive within " + timeout.toSeconds() + " s; send it at once");
                }
            }
        } catch (IOException e) {
            throw new InvalidRequestException("the body did not arrive whole", e);
        }
        rates.takeBytes(agent, buffer.length(), held);
        byte[] sent = buffer.toByteArray();
        byte[] body = parsing.parse(sent.length, () -> Utf8.of(sent));
        int tokens = parsing.parse(sent.length, () -> json.count(body));
        rates.takeBytes(agent, Math.max(0, (long) JsonLimits.SENT_PER_TOKEN * tokens - sent.length), held);
        buffer.weigh((long) JsonLimits.BYTES_PER_TOKEN * tokens);
        return body;
    }

    /** The body of a request is not needed any more, so what it takes counts no more. */
    public void release(HttpServletRequest request) {
        if (request.getAttribute(BUFFER) instanceof BodyBuffer buffer) {
            buffer.close();
        }
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception problem) {
        release(request);
    }
}
