package io.openclaw.gateway.common.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.mcp.ExposedNames.Address;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExposedNamesTest {
    private static final Set<String> OWN = Set.of("gateway__call_status");

    private static ExposedNames names(boolean bare, Address... addresses) {
        return ExposedNames.of(List.of(addresses), bare, OWN);
    }

    @Test
    void aToolIsNamedAfterItsUpstreamUnlessThereIsOnlyOne() {
        var tool = new Address("jira", "get_issue");
        assertThat(names(false, tool).all()).containsOnlyKeys("jira__get_issue");
        assertThat(names(true, tool).all()).containsOnlyKeys("get_issue");
        assertThat(names(true, tool).addressOf("jira__get_issue")).contains(tool);
        assertThat(names(true, tool).addressOf("other__get_issue")).isEmpty();
    }

    @Test
    void whatModelsDoNotAcceptIsMadeFitAndToldApartByItsHash() {
        var dotted = new Address("a.b", "get.issue");
        var dashed = new Address("a_b", "get_issue");
        var longer = new Address("u", "x".repeat(150));
        ExposedNames names = names(false, dotted, dashed, longer);
        assertThat(names.all().keySet())
                .allSatisfy(name -> assertThat(name).matches("[A-Za-z0-9_-]{1,64}"))
                .hasSize(3);
        assertThat(names.nameOf(dashed)).contains("a_b__get_issue");
        assertThat(names.nameOf(dotted)).get().asString().matches("a_b__get_issue_[0-9a-f]{8}");
        names.all().forEach((name, address) -> assertThat(names.addressOf(name)).contains(address));
    }

    @Test
    void anyNameIsExposedUnderOneThatModelsAccept() {
        for (boolean bare : new boolean[] {true, false}) {
            Address[] odd = List.of(
                            "a/b",
                            "a_b",
                            "über",
                            "名前",
                            "x@y",
                            "n".repeat(201),
                            "-dash",
                            "a$b",
                            "with+plus",
                            "it's",
                            "a b",
                            "*",
                            "😀",
                            "A_B")
                    .stream()
                    .map(name -> new Address("odd", name))
                    .toArray(Address[]::new);
            ExposedNames names = names(bare, odd);
            assertThat(names.all()).hasSize(odd.length);
            names.all().forEach((name, address) -> {
                assertThat(name).matches("[A-Za-z0-9_-]{1,64}");
                assertThat(names.addressOf(name)).contains(address);
            });
        }
    }

    @Test
    void twoAddressesNeverShareANameNorTakeOneOfTheGateways() {
        var first = new Address("a", "b__c");
        var second = new Address("a__b", "c");
        var third = new Address("a_", "_c");
        var own = new Address("gateway", "call_status");
        ExposedNames names = names(false, first, second, third, own);
        assertThat(names.all()).hasSize(4).doesNotContainKey("gateway__call_status");
        assertThat(names.nameOf(first)).contains("a__b__c");
    }

    @Test
    void aNameStaysTheSameWhoeverComesAndGoes() {
        var random = new Random(7);
        List<Address> all = new ArrayList<>();
        for (String upstream : List.of("a", "a_", "a__b", "é", "b.c")) {
            for (String tool : List.of("get", "_get", "__get", "get.it", "x".repeat(80))) {
                all.add(new Address(upstream, tool));
            }
        }
        ExposedNames whole = ExposedNames.of(all, false, OWN);
        for (int i = 0; i < 200; i++) {
            Collections.shuffle(all, random);
            List<Address> some = all.subList(0, 1 + random.nextInt(all.size()));
            ExposedNames names = ExposedNames.of(some, false, OWN);
            assertThat(some)
                    .allSatisfy(address -> assertThat(names.nameOf(address)).isEqualTo(whole.nameOf(address)));
        }
    }

    @Test
    void aChangedNameIsOneThatNobodyReadsOffTheAddress() {
        var plain = new Address("jira", "get_issue");
        var odd = new Address("odd", "odd/echo");
        ExposedNames two = ExposedNames.ofTools(List.of(plain, odd), false);
        assertThat(two.changedNameOf(plain)).isEmpty();
        assertThat(two.changedNameOf(odd)).contains(two.nameOf(odd).orElseThrow());
        assertThat(two.changedNameOf(new Address("jira", "unknown"))).isEmpty();
        ExposedNames one = ExposedNames.ofTools(List.of(new Address("jira", "a.b"), plain), true);
        assertThat(one.changedNameOf(plain)).isEmpty();
        assertThat(one.changedNameOf(new Address("jira", "a.b")))
                .hasValueSatisfying(name -> assertThat(name).startsWith("a_b_"));
    }

    @Test
    void noToolHasTheNameOfTheGatewaysOwn() {
        var own = new Address("gateway", "call_status");
        ExposedNames names = ExposedNames.ofTools(List.of(own), false);
        assertThat(names.changedNameOf(own))
                .hasValueSatisfying(name -> assertThat(name).startsWith(ExposedNames.STATUS_TOOL + "_"));
    }
}
