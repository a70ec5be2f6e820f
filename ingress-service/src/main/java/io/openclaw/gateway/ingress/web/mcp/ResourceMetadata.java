package io.openclaw.gateway.ingress.web.mcp;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.openclaw.gateway.common.identity.AgentDirectory;
import io.openclaw.gateway.common.identity.KnownAgents;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Says where tokens for the MCP endpoint are had (RFC 9728). */
@RestController
public final class ResourceMetadata {
    static final String PATH = "/.well-known/oauth-protected-resource";

    private final KnownAgents agents;
    private final McpSettings settings;

    ResourceMetadata(KnownAgents agents, McpSettings settings) {
        this.agents = agents;
        this.settings = settings;
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
                baseUrl(request, settings) + McpController.PATH,
                agents.current().map(AgentDirectory::issuerUrls).orElse(List.of()),
                List.of("header"),
                "OpenClaw Gateway");
    }

    static String baseUrl(HttpServletRequest request, McpSettings settings) {
        String set = settings.publicUrl();
        if (set != null && !set.isBlank()) {
            return set.endsWith("/") ? set.substring(0, set.length() - 1) : set;
        }
        return ServletUriComponentsBuilder.fromContextPath(request).toUriString();
    }
}
