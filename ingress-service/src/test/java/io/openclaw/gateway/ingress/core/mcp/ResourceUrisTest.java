package io.openclaw.gateway.ingress.core.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.ingress.core.mcp.ResourceUris.Located;
import io.openclaw.gateway.ingress.core.mcp.ResourceUris.Offered;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ResourceUrisTest {
    private static final ResourceUris URIS = new ResourceUris(List.of(
            new Offered("docs", Set.of("file:///a", "doc://x"), List.of("doc://{id}/page")),
            new Offered("more", Set.of("file:///a"), List.of("db://{table}{?q*}"))));

    @Test
    void aUriIsTheFirstUpstreamsThatHasItAndTheOthersAreSpelledOut() {
        assertThat(URIS.exposed("docs", "file:///a")).isEqualTo("file:///a");
        String spelled = URIS.exposed("more", "file:///a");
        assertThat(spelled).isEqualTo("openclaw://more/file%3A%2F%2F%2Fa");
        assertThat(URIS.locate("file:///a")).contains(new Located("docs", "file:///a"));
        assertThat(URIS.locate(spelled)).contains(new Located("more", "file:///a"));
    }

    @Test
    void aUriThatIsNotListedBelongsToTheUpstreamWhoseTemplateFits() {
        assertThat(URIS.locate("doc://7/page")).contains(new Located("docs", "doc://7/page"));
        assertThat(URIS.locate("db://people?q=1")).contains(new Located("more", "db://people?q=1"));
        assertThat(URIS.locate("ftp://elsewhere")).isEmpty();
        assertThat(URIS.locate("openclaw://nobody/x")).isEmpty();
    }

    @Test
    void withOneUpstreamEveryUriIsIts() {
        var one = new ResourceUris(List.of(new Offered("docs", Set.of(), List.of())));
        assertThat(one.locate("anything://at/all")).contains(new Located("docs", "anything://at/all"));
    }
}
