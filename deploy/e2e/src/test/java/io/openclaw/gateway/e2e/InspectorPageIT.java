package io.openclaw.gateway.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.embedded.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MCP's official inspector, as people use it: its page in a browser, which connects to the gateway and lists the tools. */
@Tag(NpmAhead.CLIENTS)
@Order(3)
class InspectorPageIT {
    private static RunningGateway gateway;
    private static Chromium chromium;

    private Process inspector;

    @BeforeAll
    static void startThem() {
        gateway = RunningGateway.get();
        chromium = Chromium.start();
    }

    @AfterAll
    static void stopThem() {
        chromium.close();
    }

    @AfterEach
    void stopTheInspector() throws InterruptedException {
        inspector.descendants().forEach(ProcessHandle::destroy);
        inspector.destroy();
        assertThat(inspector.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private static String url() {
        return gateway.url() + "/mcp";
    }

    /** Starts an inspector, and returns the address of its page. */
    private String start(Path script, Map<String, String> environment, String... arguments) throws IOException {
        int port = Ports.free();
        Path home = Files.createDirectories(RunningGateway.data().resolve("inspector-home"));
        ProcessBuilder builder = Npm.script(script, arguments)
                .directory(home.toFile())
                .redirectOutput(home.resolve("inspector.log").toFile());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("CLIENT_PORT", Integer.toString(port));
        int proxy = Ports.free();
        builder.environment().put("SERVER_PORT", Integer.toString(proxy));
        builder.environment().put("MCP_AUTO_OPEN_ENABLED", "false");
        builder.environment().put("DANGEROUSLY_OMIT_AUTH", "true");
        builder.environment().putAll(environment);
        inspector = builder.start();
        eventually().atMost(Duration.ofSeconds(30)).until(() -> listens(port));
        return "http://localhost:" + port + "/?MCP_PROXY_PORT=" + proxy;
    }

    private boolean listens(int port) {
        assertThat(inspector.isAlive()).as("the inspector runs").isTrue();
        try (var socket = new Socket(InetAddress.getByName("localhost"), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** The page of the first inspector, which can leave its proxy out. */
    private Page open(String address, String connection) {
        Page page = chromium.browser().newPage();
        Map<String, String> kept = Map.of(
                "lastConnectionType",
                connection,
                "lastTransportType",
                "streamable-http",
                "lastSseUrl",
                url(),
                "lastCustomHeaders",
                Json.MAPPER.writeValueAsString(List.of(Map.of(
                        "name", "Authorization", "value", "Bearer " + gateway.setting("AGENT_KEY"), "enabled", true))));
        kept.forEach((name, value) -> page.addInitScript("localStorage.setItem(" + Json.MAPPER.writeValueAsString(name)
                + ", " + Json.MAPPER.writeValueAsString(value) + ")"));
        page.navigate(address);
        return page;
    }

    private static void connectAndCall(Page page) {
        page.getByRole(AriaRole.BUTTON, named("Connect")).click();
        assertThat(page.getByText("Connected", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        page.getByRole(AriaRole.BUTTON, named("List Tools")).click();
        // It shows titles, where tools have one.
        assertThat(page.getByText("Status of a call").first()).isVisible();
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static void photograph(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(RunningGateway.data().resolve(name + ".png"))
                .setFullPage(true));
    }

    @Test
    void connectsByItselfFromAnotherOrigin() throws Exception {
        String address = start(NodeServer.directInspector(), Map.of());
        try (Page page = open(address, "direct")) {
            List<Request> sent = Collections.synchronizedList(new ArrayList<>());
            page.onRequestFinished(request -> {
                if (request.url().startsWith(gateway.url())) {
                    sent.add(request);
                }
            });
            connectAndCall(page);
            photograph(page, "inspector-direct");
            assertThat(sent).as("requests of the page itself").isNotEmpty();
            assertThat(sent)
                    .allSatisfy(request -> assertThat(request.headerValue("origin"))
                            .isEqualTo(address.substring(0, address.indexOf("/?"))));
        }
    }

    @Test
    void connectsThroughItsProxy() throws Exception {
        try (Page page = open(start(NodeServer.directInspector(), Map.of()), "proxy")) {
            connectAndCall(page);
            photograph(page, "inspector-proxy");
        }
    }

    @Test
    void theNewestConnectsToo() throws Exception {
        String address = start(
                NodeServer.inspector(),
                Map.of(),
                "--web",
                "--server-url",
                url(),
                "--transport",
                "http",
                "--header",
                "Authorization: Bearer " + gateway.setting("AGENT_KEY"));
        try (Page page = chromium.browser().newPage()) {
            page.navigate(address);
            page.getByLabel(Pattern.compile("Connect or disconnect .*")).first().dispatchEvent("click");
            page.getByText("Tools", new Page.GetByTextOptions().setExact(true))
                    .first()
                    .click();
            assertThat(page.getByText("gateway__call_status").first()).isVisible();
            photograph(page, "inspector-newest");
        }
    }
}
