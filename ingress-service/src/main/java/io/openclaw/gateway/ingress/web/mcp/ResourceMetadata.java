package io.openclaw.gateway.ingress.web.mcp;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.openclaw.gateway.common.identity.AgentDirectory;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.web.WebAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/** Says where tokens for the MCP endpoint are had (RFC 9728). */
@RestController
public final class ResourceMetadata {
    static final String PATH = "/.well-known/oauth-protected-resource";

    private final KnownAgents agents;
    private final WebAddresses addresses;

    ResourceMetadata(KnownAgents agents, WebAddresses addresses) {
        this.agents = agents;
        this.addresses = addresses;
    }

    /** The metadata, by the names that RFC 9728 section 2 gives. */
    record Metadata(
            String resource,
            @JsonProperty("authorization_servers") List<String> authorizationServers,
            @JsonProperty("bearer_methods_supported") List<String> bearerMethods,
            @JsonProperty("resource_name") String name) {}

    @GetMapping({PATH, PATH + McpController.PATH})
    Metadata metadata(HttpServletRequest request) {
        return new Metadata(
                baseUrl(request) + McpController.PATH,
                agents.current().map(AgentDirectory::issuerUrls).orElse(List.of()),
                List.of("header"),
                "OpenClaw Gateway");
    }

    /** Somebody who came by a name that nobody gave to this gateway gets the address that the connection came to. */
    private String baseUrl(HttpServletRequest request) {
        return addresses
                .baseUrl(request)
                .orElseGet(() -> UriComponentsBuilder.newInstance()
                        .scheme(request.getScheme())
                        .host(
                                request.getLocalAddr().contains(":")
                                        ? "[" + request.getLocalAddr() + "]"
                                        : request.getLocalAddr())
                        .port(request.getLocalPort())
                        .toUriString());
    }
}
