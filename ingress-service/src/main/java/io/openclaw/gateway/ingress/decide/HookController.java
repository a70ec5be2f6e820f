package io.openclaw.gateway.ingress.decide;

import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.WaitPreference;
import io.openclaw.gateway.ingress.decide.core.Decided;
import io.openclaw.gateway.ingress.decide.core.HookDialect;
import io.openclaw.gateway.ingress.web.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;

/** Decisions in the words of other agents' hooks: what {@code deploy/hook} sends is what the hook was given. */
@RestController
public final class HookController {
    private static final String PATH = DecisionController.PATH + "/hook";

    private final Decisions decisions;
    private final KnownAgents agents;
    private final WebAddresses addresses;
    private final RequestBodies bodies;

    public HookController(Decisions decisions, KnownAgents agents, WebAddresses addresses, RequestBodies bodies) {
        this.decisions = decisions;
        this.agents = agents;
        this.addresses = addresses;
        this.bodies = bodies;
    }

    /**
     * Decides in plain words: {@code allowed}, {@code denied} or {@code pending}, and why, in one line.
     *
     * @param tool the tool's name, or {@code upstream/tool}; its arguments are the body
     */
    @PostMapping(path = PATH + "/plain", produces = MediaType.TEXT_PLAIN_VALUE)
    ResponseEntity<String> plain(
            HttpServletRequest request,
            @AuthenticationPrincipal Caller caller,
            @RequestParam String tool,
            @RequestParam(required = false) @Nullable String upstream,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer) {
        Duration timeout = WaitPreference.of(prefer);
        CallRequest asked = new CallRequest(
                upstream,
                tool,
                json(request, caller, RawJson.class),
                null,
                null,
                null,
                null,
                null,
                Mode.DECIDE,
                null,
                null);
        DecisionView view = view(decisions.ask(asked, caller, upstreams()).await(timeout), request);
        String word = switch (view.decision()) {
            case ALLOW -> "allowed";
            case DENY, ESCALATE -> "denied";
            case PENDING -> "pending";
        };
        return ResponseEntity.ok(
                word + " " + view.decisionId() + " " + view.message().replaceAll("\\s+", " ") + "\n");
    }

    /**
     * Decides about what a hook was told, and answers what it prints; hears what came of it.
     *
     * @param program whose hook it is, see {@link HookDialect}
     * @param upstream the upstream of the policy that the program's tools belong to; the program's name, if absent
     * @param ask {@code local} if the person at the program may decide about what waits for a person
     */
    @PostMapping(PATH + "/{program}")
    RawJson hook(
            HttpServletRequest request,
            @AuthenticationPrincipal Caller caller,
            @PathVariable String program,
            @RequestParam(required = false) @Nullable String upstream,
            @RequestParam(required = false) @Nullable String ask,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer) {
        HookDialect dialect = HookDialect.named(program)
                .orElseThrow(() -> Problems.of(
                        HttpStatus.NOT_FOUND,
                        "unknown-hook",
                        "Unknown hook",
                        "There is no hook '" + program + "': it is claude-code, codex or plain."));
        Duration timeout = WaitPreference.of(prefer);
        HookDialect.Input input = json(request, caller, HookDialect.Input.class);
        if (input.isAfter()) {
            return reported(dialect, input, caller);
        }
        CallRequest asked = dialect.request(input, upstream == null ? dialect.label() : upstream);
        DecisionView view = view(decisions.ask(asked, caller, upstreams()).await(timeout), request);
        return dialect.answer(view.decision(), view.message(), "local".equals(ask));
    }

    private RawJson reported(HookDialect dialect, HookDialect.Input input, Caller caller) {
        String key = dialect.key(input);
        Decisions.Asked asked =
                key == null ? null : decisions.findByKey(key, caller).orElse(null);
        if (asked == null) {
            throw Problems.of(
                    HttpStatus.NOT_FOUND,
                    "unknown-decision",
                    "Unknown decision",
                    "Nothing was decided about this use of " + input.tool_name()
                            + ": register the hook for PreToolUse, too.");
        }
        // A program may run its hooks again; the first report stands.
        decisions.report(asked, dialect.report(input));
        return RawJson.EMPTY_OBJECT;
    }

    private <T> T json(HttpServletRequest request, Caller caller, Class<T> type) {
        byte[] body = bodies.bytes(request, caller);
        try {
            T value = Json.read(body, type);
            if (value == null) {
                throw new InvalidRequestException("the body is null; it must be a JSON object");
            }
            return value;
        } catch (InexactJsonException | JacksonException e) {
            throw new InvalidRequestException(
                    "the body cannot be read as what a hook is told (" + body.length + " bytes): " + e.getMessage(), e);
        }
    }

    private List<String> upstreams() {
        return agents.current().orElseThrow().upstreams();
    }

    private DecisionView view(Decided decided, HttpServletRequest request) {
        return DecisionView.of(decided, addresses.baseUrl(request).orElse(""));
    }
}
