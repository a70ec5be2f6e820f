package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReportedTest {
    private static final List<String> ODD = List.of(
            "a/b", "über", "名前", "x@y", "n".repeat(201), "-dash", "a$b", "with+plus", "it's", "a b", "*", "../x");

    private static Reported tools(Stream<String> names) {
        return Reported.of(new ToolsReported(
                "odd",
                names.map(ToolDefinition::named).toList(),
                List.of(new LeftOut("gone", "because")),
                Asked.NOON,
                "executor-1",
                Map.of()));
    }

    @Test
    void oddNamesComeIntoTheCatalogue() {
        Reported reported = tools(ODD.stream());
        assertThat(reported.definitions()).extracting(ToolDefinition::name).containsExactlyElementsOf(ODD);
        assertThat(reported.leftOut()).containsExactly(new LeftOut("gone", "because"));
        reported.definitions()
                .forEach(tool -> assertThat(Pinning.after(null, "odd", tool, List.of(), "policy-1", Asked.NOON)
                                .orElseThrow()
                                .address())
                        .isEqualTo("odd/" + tool.name()));
    }

    @Test
    void whatCannotBeCarriedIsLeftOutAndSaidToBe() {
        Reported reported = tools(Stream.of("", "a\nb", "\ud83d", "n".repeat(1_025), "same", "same"));
        assertThat(reported.definitions()).extracting(ToolDefinition::name).containsExactly("same");
        assertThat(reported.leftOut())
                .extracting(LeftOut::name)
                .containsExactly("gone", "", "a\ufffdb", "\ufffd", "n".repeat(200) + "…", "same");
        assertThat(reported.leftOut())
                .extracting(LeftOut::reason)
                .doesNotContainNull()
                .doesNotContain("");
    }

    @Test
    void whatCannotBePinnedIsLeftOut() {
        var tool = new ToolDefinition("t", null, null, RawJson.of("{\"maximum\":1e400}"), null, Map.of());
        Reported reported =
                Reported.of(new ToolsReported("odd", List.of(tool), List.of(), Asked.NOON, "executor-1", Map.of()));
        assertThat(reported.leftOut()).singleElement().satisfies(left -> {
            assertThat(left.name()).isEqualTo("t");
            assertThat(left.reason()).contains("cannot be pinned", "1e400");
        });
    }

    @Test
    void offersComeIntoItUnderNamesOfTheirOwn() {
        Reported reported = Reported.of(new OffersReported(
                "odd",
                List.of(RawJson.of("{\"name\":\"greet\"}"), RawJson.of("{\"title\":\"no name\"}"), RawJson.of("5")),
                List.of(RawJson.of("{\"uri\":\"file:///a\",\"name\":\"greet\"}")),
                List.of(RawJson.of("{\"uriTemplate\":\"file:///{x}\"}")),
                Asked.NOON,
                "executor-1",
                Map.of()));
        assertThat(reported.definitions())
                .extracting(ToolDefinition::name)
                .containsExactly("mcp:prompt/greet", "mcp:resource/file:///a", "mcp:template/file:///{x}");
        assertThat(reported.leftOut()).hasSize(2);
    }

    @Test
    void thereAreNotMoreOffersThanTheCatalogueTakes() {
        Reported reported = Reported.of(new OffersReported(
                "odd",
                List.of(),
                IntStream.rangeClosed(0, Reported.MAX_OFFERS)
                        .mapToObj(n -> RawJson.of("{\"uri\":\"file:///" + n + "\"}"))
                        .toList(),
                List.of(),
                Asked.NOON,
                "executor-1",
                Map.of()));
        assertThat(reported.definitions()).hasSize(Reported.MAX_OFFERS);
        assertThat(reported.leftOut()).singleElement().extracting(LeftOut::name).isEqualTo("mcp:resource/file:///2000");
    }
}
