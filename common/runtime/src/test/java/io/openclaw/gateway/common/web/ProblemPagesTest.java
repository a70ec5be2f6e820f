package io.openclaw.gateway.common.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

class ProblemPagesTest {
    @RestController
    static class Failing {
        @GetMapping("/parameters")
        String parameters() {
            throw new InvalidParameterException("the parameter holds %zz");
        }

        @GetMapping("/header")
        String header(HttpServletRequest request) {
            return new StrictHttpFirewall().getFirewalledRequest(request).getHeader("Prefer");
        }

        @GetMapping("/fault")
        String fault() {
            throw new IllegalStateException("a detail for the log");
        }
    }

    private final MockMvc mvc = MockMvcBuilders.standaloneSetup(new Failing())
            .setControllerAdvice(new ProblemPages())
            .build();

    @Test
    void answersParametersThatTomcatCannotReadAsABadRequest() throws Exception {
        MockHttpServletResponse response =
                mvc.perform(get("/parameters")).andReturn().getResponse();

        assertThat(response.getStatus()).isEqualTo(400);
        assertThat(response.getContentType()).isEqualTo("application/problem+json");
        assertThat(response.getContentAsString()).contains("invalid-request").contains("the parameter holds %zz");
    }

    @Test
    void answersAHeaderWithBytesThatNoTextHasAsABadRequest() throws Exception {
        MockHttpServletResponse response = mvc.perform(get("/header").header("Prefer", "a\u00ff\u0080"))
                .andReturn()
                .getResponse();

        assertThat(response.getStatus()).isEqualTo(400);
        assertThat(response.getContentAsString()).contains("invalid-request").contains("Prefer");
    }

    @Test
    void keepsTheDetailsOfAFaultForTheLog() throws Exception {
        MockHttpServletResponse response =
                mvc.perform(get("/fault")).andReturn().getResponse();

        assertThat(response.getStatus()).isEqualTo(500);
        assertThat(response.getContentAsString()).contains("unexpected").doesNotContain("a detail for the log");
    }
}
