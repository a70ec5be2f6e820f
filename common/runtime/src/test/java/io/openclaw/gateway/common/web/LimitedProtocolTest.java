package io.openclaw.gateway.common.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;

/** A web server whose requests to {@code /key} are authenticated. */
class LimitedProtocolTest {
    private final ConnectionLimits limits = new ConnectionLimits(100, 2);
    private final List<Socket> sockets = new ArrayList<>();
    private final AtomicReference<LimitedProtocol> protocol = new AtomicReference<>();
    private WebServer server;

    @BeforeEach
    void start() {
        var factory = new TomcatServletWebServerFactory(0);
        factory.setProtocol(LimitedProtocol.class.getName());
        factory.addConnectorCustomizers(connector -> {
            var limited = (LimitedProtocol) connector.getProtocolHandler();
            limited.limitBy(limits);
            protocol.set(limited);
        });
        server = factory.getWebServer(context -> context.addServlet("test", new HttpServlet() {
                    @Override
                    protected void service(HttpServletRequest request, HttpServletResponse response)
                            throws IOException {
                        if (request.getRequestURI().equals("/key")) {
                            Objects.requireNonNull(protocol.get())
                                    .authenticated(
                                            request.getServletConnection().getConnectionId());
                        }
                        response.setContentLength(2);
                        response.getOutputStream().write("ok".getBytes(StandardCharsets.US_ASCII));
                    }
                })
                .addMapping("/*"));
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.stop();
    }

    private Socket connected() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    private static void get(Socket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\nok")) {
            int next = socket.getInputStream().read();
            assertThat(next).as("after " + answer).isNotNegative();
            answer.append((char) next);
        }
    }

    @Test
    void closesWhatIsMoreThanAnAddressMayHold() throws IOException {
        connected().getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
        connected();
        await().until(() -> limits.unauthenticated() == 2);
        assertThat(connected().getInputStream().read()).isEqualTo(-1);
        assertThat(limits.refused()).isEqualTo(1);
    }

    @Test
    void countsAnAuthenticatedConnectionNoMoreAndServesItOn() throws IOException {
        Socket first = connected();
        Socket second = connected();
        get(first, "/");
        get(second, "/");
        assertThat(limits.unauthenticated()).isEqualTo(2);
        get(first, "/key");
        get(second, "/key");
        assertThat(limits.unauthenticated()).isZero();
        get(connected(), "/key");
        get(first, "/");
        get(first, "/key");
        assertThat(limits.unauthenticated()).isZero();
        assertThat(limits.refused()).isZero();
    }

    @Test
    void forgetsAConnectionThatIsClosed() throws IOException {
        Socket socket = connected();
        get(socket, "/");
        assertThat(limits.unauthenticated()).isEqualTo(1);
        socket.close();
        await().until(() -> limits.unauthenticated() == 0);
    }
}
