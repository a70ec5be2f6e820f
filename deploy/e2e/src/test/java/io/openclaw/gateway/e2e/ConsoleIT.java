package io.openclaw.gateway.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.openclaw.gateway.e2e.RunningGateway.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The console as people use it: a real Chromium, a real gateway, and agents whose calls wait. */
@Tag(NpmAhead.CLIENTS)
@Order(1)
class ConsoleIT {
    private static final List<String> PAGES = List.of(
            "/console/approvals",
            "/console/approvals/past",
            "/console/grants",
            "/console/insights",
            "/console/overview",
            "/console/live",
            "/console/record",
            "/console/agents",
            "/console/agents/demo",
            "/console/policy",
            "/console/tools",
            "/console/try",
            "/console/people",
            "/console/account",
            "/console/account/second-factor",
            "/console/account/passkeys",
            "/console/password");

    private static RunningGateway gateway;
    private static Chromium chromium;

    /** What browsers said went wrong; nothing may. */
    private final List<String> problems = Collections.synchronizedList(new ArrayList<>());

    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void startThem() {
        gateway = RunningGateway.get();
        denyWhatWaits();
        chromium = Chromium.start();
    }

    @AfterAll
    static void stopThem() {
        chromium.close();
    }

    @BeforeEach
    void signIn() {
        open(new Browser.NewContextOptions().setViewportSize(1_440, 900));
        signIn(gateway.setting("CONSOLE_USER"), gateway.setting("CONSOLE_PASSWORD"));
    }

    @AfterEach
    void nothingWentWrongInTheBrowser() {
        context.close();
        denyWhatWaits();
        assertThat(problems).isEmpty();
    }

    /** What still waits would be in the next test's way. */
    private static void denyWhatWaits() {
        gateway.console("/v1/approvals?status=pending")
                .body()
                .forEach(each -> gateway.decide(each.get("id").asString(), "{\"decision\":\"deny\"}"));
    }

    private void open(Browser.NewContextOptions options) {
        context = chromium.browser().newContext(options);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                problems.add(page.url() + " " + message.text());
            }
        });
        page.onPageError(problem -> problems.add(page.url() + " " + problem));
        page.onDialog(dialog -> {
            problems.add("a dialog: " + dialog.message());
            dialog.dismiss();
        });
    }

    private void signIn(String name, String password) {
        page.navigate(gateway.url() + "/");
        page.getByLabel("Name").fill(name);
        page.getByLabel("Password").fill(password);
        button("Sign in").click();
        assertThat(page.getByRole(
                        AriaRole.HEADING,
                        new Page.GetByRoleOptions().setName("Approvals").setExact(true)))
                .isVisible();
    }

    /** The browser forgets the sign-in, when no page is open that would miss it. */
    private void forget() {
        page.navigate("about:blank");
        context.clearCookies();
    }

    private Locator button(String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    /** An agent asks for a message, which waits for a person; the answer comes when one decided. */
    private static CompletableFuture<Answer> ask(String text) {
        return CompletableFuture.supplyAsync(() -> gateway.post(
                "/v1/tool-calls",
                RunningGateway.json(
                        Map.of("tool", "message", "arguments", Map.of("text", text), "intent", "say " + text)),
                "Prefer",
                "wait=50"));
    }

    /** Until another call has arrived whole, no key decides. */
    private void settled() {
        page.locator("body:not([data-moving])").waitFor();
    }

    private void select(String text) {
        page.locator(".queue-item", new Page.LocatorOptions().setHasText(text))
                .first()
                .click();
        // The address changes with the page: what is pressed from here on is not replaced any more.
        assertThat(page).hasURL(Pattern.compile(".*/console/approvals/[0-9a-f-]{36}.*"));
        assertThat(page.locator(".call .sent")).containsText(text);
    }

    @Nested
    class Deciding {
        @Test
        void approvesACallWhoseAgentWaits() throws Exception {
            CompletableFuture<Answer> call = ask("good morning");
            // It is there by itself: nobody reloads.
            assertThat(page.locator(".queue-item")).containsText("good morning");
            select("good morning");
            assertThat(page).hasTitle(Pattern.compile("^\\(\\d+\\) .*"));
            button("Approve once").click();
            assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("Approved");
            assertThat(call.get().text("/outcome")).isEqualTo("SUCCEEDED");
            assertThat(call.get().at("/verdicts").toString()).contains("approved by admin (console)");
        }

        @Test
        void deniesByKeyboardAloneAndTellsTheAgentWhy() throws Exception {
            CompletableFuture<Answer> first = ask("by keys");
            assertThat(page.locator(".queue-item")).containsText("by keys");
            page.keyboard().press("j");
            assertThat(page.locator(".call .sent")).containsText("by keys");
            settled();
            page.keyboard().press("d");
            page.keyboard().type("write to the list instead");
            page.keyboard().press("Enter");
            assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("Denied");
            assertThat(first.get().text("/outcome")).isEqualTo("DENIED");
            assertThat(first.get().text("/error/message"))
                    .contains("denied by admin (console): write to the list instead");
            CompletableFuture<Answer> second = ask("by keys again");
            assertThat(page.locator(".queue-item")).containsText("by keys again");
            page.keyboard().press("j");
            assertThat(page.locator(".call .sent")).containsText("by keys again");
            settled();
            page.keyboard().press("a");
            assertThat(second.get().text("/outcome")).isEqualTo("SUCCEEDED");
        }

        @Test
        void decidesCallsThatAreAlikeTogether() throws Exception {
            List<CompletableFuture<Answer>> calls = List.of(ask("storm 1"), ask("storm 2"), ask("storm 3"));
            assertThat(page.locator(".queue-item")).containsText("3 ×");
            select("storm");
            page.getByText("Decide 3 calls like this together").click();
            button("Approve these").click();
            assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("3 of 3 calls approved");
            for (CompletableFuture<Answer> call : calls) {
                assertThat(call.get().text("/outcome")).isEqualTo("SUCCEEDED");
            }
        }

        @Test
        void aGrantCoversWhatItSaysAndNoMore() throws Exception {
            CompletableFuture<Answer> first = ask("granted one");
            assertThat(page.locator(".queue-item")).containsText("granted one");
            select("granted one");
            page.getByText("Approve, and do not ask again for a while").click();
            page.locator("input[name=free][value=text]").check();
            assertThat(page.locator("#cover")).containsText("would have covered");
            button("Approve and grant").click();
            assertThat(first.get().text("/outcome")).isEqualTo("SUCCEEDED");
            Answer second = ask("granted two").get();
            assertThat(second.text("/outcome")).isEqualTo("SUCCEEDED");
            assertThat(second.at("/verdicts").toString()).contains("approval/granted");
            Answer other =
                    gateway.call("message", "{\"text\":\"granted\",\"to\":\"somebody else\"}", "Prefer", "wait=1");
            assertThat(other.text("/status")).isEqualTo("WAITING_FOR_APPROVAL");
            page.navigate(gateway.url() + "/console/grants");
            assertThat(page.locator("tbody tr").first()).containsText("1 of 20");
            button("Revoke grant").first().click();
            assertThat(page.locator("tbody tr").first()).containsText("revoked by admin");
            CompletableFuture<Answer> third = ask("granted three");
            page.navigate(gateway.url() + "/console/approvals?text=granted+three");
            assertThat(page.locator(".queue-item")).containsText("granted three");
            button("Deny").first().click();
            assertThat(third.get().text("/outcome")).isEqualTo("DENIED");
        }

        @Test
        void aRuleIsProposedAndAcceptedAndNobodyIsAskedAnyMore() throws Exception {
            CompletableFuture<Answer> first = ask("ruled");
            assertThat(page.locator(".queue-item")).containsText("ruled");
            select("ruled");
            page.getByText("Propose a rule").click();
            assertThat(page.getByLabel("A file of the policy")).hasValue(Pattern.compile("\"ruled\""));
            assertThat(Chromium.look(page, "proposal-new")).isEmpty();
            page.getByLabel("Why, for the administrator").fill("it is said every morning");
            button("Propose").click();
            assertThat(page.locator("main")).containsText("it is said every morning");
            assertThat(Chromium.look(page, "proposal")).isEmpty();
            assertThat(first.isDone()).isFalse();
            button("Accept").click();
            assertThat(page.locator("main")).containsText("of the policy.");
            Path files = RunningGateway.data().resolve("policy/proposals");
            try {
                eventually()
                        .untilAsserted(
                                () -> assertThat(gateway.call("message", "{\"text\":\"ruled\"}", "Prefer", "wait=1")
                                                .text("/outcome"))
                                        .isEqualTo("SUCCEEDED"));
                assertThat(gateway.call("message", "{\"text\":\"other\"}", "Prefer", "wait=1")
                                .text("/status"))
                        .isEqualTo("WAITING_FOR_APPROVAL");
            } finally {
                try (var all = Files.list(files)) {
                    all.forEach(file -> file.toFile().delete());
                }
                eventually()
                        .untilAsserted(
                                () -> assertThat(gateway.call("message", "{\"text\":\"ruled\"}", "Prefer", "wait=1")
                                                .text("/status"))
                                        .isEqualTo("WAITING_FOR_APPROVAL"));
            }
        }

        @Test
        void anEditedCallMayBeAskedForOnce() throws Exception {
            CompletableFuture<Answer> call = ask("to be edited");
            assertThat(page.locator(".queue-item")).containsText("to be edited");
            select("to be edited");
            page.getByText("Edit, and let the agent ask for that instead").click();
            page.getByLabel("Arguments", new Page.GetByLabelOptions().setExact(true))
                    .fill("{\"text\":\"edited\"}");
            button("Simulate policy").click();
            assertThat(page.locator("#simulated-policy")).containsText("escalate");
            button("Approve these arguments").click();
            assertThat(call.get().text("/outcome")).isEqualTo("DENIED");
            assertThat(call.get().text("/error/message")).contains("approval/superseded", "{\"text\":\"edited\"}");
            assertThat(ask("edited").get().text("/error/message")).isEmpty();
        }
    }

    @Test
    void whatAnAgentWritesIsShownAsText() throws Exception {
        String hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}[[${7*7}]]\" onclick=\"alert(3)";
        String body = RunningGateway.json(Map.of(
                "tool",
                "message",
                "arguments",
                Map.of("text", hostile, hostile, hostile),
                "intent",
                hostile,
                "onBehalfOf",
                hostile));
        String callId = gateway.post("/v1/tool-calls", body, "Prefer", "wait=1").text("/callId");
        gateway.post("/v1/tool-calls", RunningGateway.json(Map.of("tool", hostile)), "User-Agent", hostile);
        eventually().until(() -> gateway.recorded(callId).contains("approval.changed"));
        for (String path : List.of(
                "/console/approvals/" + callId,
                "/console/calls/" + callId,
                "/console/live",
                "/console/record",
                "/console/approvals/past",
                "/console/overview",
                "/console/insights")) {
            page.navigate(gateway.url() + path);
            assertThat(page.locator("h1").first()).isVisible();
            assertThat(page.locator("main script, main img, [onclick], [onerror]")
                            .count())
                    .as(path)
                    .isZero();
        }
        page.navigate(gateway.url() + "/console/approvals/" + callId);
        assertThat(page.locator(".call .sent")).containsText(hostile);
    }

    @Test
    void isLedToTheFirstCallsWhenNothingWaits() {
        assertThat(page.getByText("Nobody waits for you")).isVisible();
        page.getByText("Make your first three calls").click();
        assertThat(page.getByText("One that waits for you, here:")).isVisible();
    }

    @Test
    void explainsACommand() {
        page.navigate(gateway.url() + "/console/try");
        page.getByLabel("Command", new Page.GetByLabelOptions().setExact(true)).fill("cd /tmp && rm -rf /");
        button("Read it").click();
        assertThat(page.locator("#tried")).containsText("filesystem/delete-root");
        assertThat(page.locator("#tried mark").first()).containsText("rm");
    }

    @Test
    void aSearchIsKeptByItsNameAndForgotten() {
        page.navigate(gateway.url() + "/console/record?agent=demo&tool=openclaw%2Fmessage");
        page.getByLabel("Name for this search").fill("Messages & more");
        button("Keep it").click();
        page.navigate(gateway.url() + "/console/record");
        page.getByText("Messages & more").click();
        assertThat(page).hasURL(Pattern.compile(".*/console/record\\?agent=demo&tool=openclaw(%2F|/)message$"));
        assertThat(page.getByLabel("Tool", new Page.GetByLabelOptions().setExact(true)))
                .hasValue("openclaw/message");
        button("Forget Messages & more").click();
        assertThat(page.getByText("Messages & more")).hasCount(0);
    }

    @Nested
    class SigningIn {
        @Test
        void aWrongPasswordIsSaidInWords() {
            forget();
            page.navigate(gateway.url() + "/console/overview");
            page.getByLabel("Name").fill("admin");
            page.getByLabel("Password").fill("wrong");
            button("Sign in").click();
            assertThat(page.getByRole(AriaRole.ALERT)).containsText("Unknown name or wrong password");
        }

        @Test
        void leadsToThePageThatWasAskedFor() {
            forget();
            page.navigate(gateway.url() + "/console/tools");
            page.getByLabel("Name").fill("alice");
            page.getByLabel("Password").fill("secret of alice");
            button("Sign in").click();
            assertThat(page).hasURL(Pattern.compile(".*/console/tools.*"));
        }

        @Test
        void signsOut() {
            button("Sign out").click();
            assertThat(page.getByText("You are signed out.")).isVisible();
            page.navigate(gateway.url() + "/console/policy");
            assertThat(button("Sign in")).isVisible();
        }

        @Test
        void anAccountHasToChangeItsGeneratedPasswordAndMayDoWhatItsRolesSay() {
            page.navigate(gateway.url() + "/console/people");
            String name = "vera" + System.nanoTime();
            page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill(name);
            page.locator("form.card input[name=roles][value=viewer]").check();
            button("Make the account").click();
            String generated = page.locator("#new-password").textContent().strip();
            forget();
            page.navigate(gateway.url() + "/console/policy");
            page.getByLabel("Name").fill(name);
            page.getByLabel("Password").fill(generated);
            button("Sign in").click();
            page.getByLabel("Current password").fill(generated);
            page.getByLabel("New password", new Page.GetByLabelOptions().setExact(true))
                    .fill("correct horse battery");
            page.getByLabel("New password, again").fill("correct horse battery");
            button("Change the password").click();
            assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Your account")))
                    .isVisible();
            page.navigate(gateway.url() + "/console/policy");
            assertThat(button("Freeze")).hasCount(0);
            assertThat(context.request().get(gateway.url() + "/console/people").status())
                    .isEqualTo(403);
            assertThat(context.request().get(gateway.url() + "/console/record").status())
                    .isEqualTo(403);
        }

        @Test
        void aTokenIsForProgramsAlone() throws IOException {
            page.navigate(gateway.url() + "/console/account");
            page.getByLabel("What it is for").fill("a script");
            page.locator("input[name=roles][value=auditor]").check();
            button("Make a token").click();
            String token = page.locator("#new-token").textContent().strip();
            assertThat(gateway.withPassword("admin", token, "/audit?limit=1").status())
                    .isEqualTo(200);
            assertThat(gateway.withPassword("alice", token, "/audit?limit=1").status())
                    .isEqualTo(401);
            page.navigate(gateway.url() + "/console/account");
            button("Revoke a script").first().click();
            assertThat(gateway.withPassword("admin", token, "/audit?limit=1").status())
                    .isEqualTo(401);
        }
    }

    /** How a page is looked at. */
    enum View {
        LIGHT_WIDE(ColorScheme.LIGHT, 1_440, 900),
        DARK_WIDE(ColorScheme.DARK, 1_440, 900),
        LIGHT_PHONE(ColorScheme.LIGHT, 390, 844),
        DARK_PHONE(ColorScheme.DARK, 390, 844);

        private final ColorScheme scheme;
        private final int width;
        private final int height;

        View(ColorScheme scheme, int width, int height) {
            this.scheme = scheme;
            this.width = width;
            this.height = height;
        }
    }

    /** axe-core finds no violation of WCAG 2.2 A and AA, nothing is wider than the screen, and each page is photographed. */
    @ParameterizedTest
    @EnumSource(View.class)
    void everyPageIsAccessible(View view) throws IOException {
        String state = context.storageState();
        context.close();
        gateway.call("message", "{\"text\":\"a look at it\"}", "Prefer", "wait=1");
        String waiting = gateway.console("/v1/approvals?status=pending").text("/0/id");
        open(new Browser.NewContextOptions()
                .setStorageState(state)
                .setColorScheme(view.scheme)
                .setViewportSize(view.width, view.height));
        List<String> found = new ArrayList<>();
        List<String> pages = new ArrayList<>(PAGES);
        pages.add("/console/approvals/" + waiting);
        pages.add("/console/calls/" + waiting);
        for (String path : pages) {
            page.navigate(gateway.url() + path);
            assertThat(page.locator("h1").first()).isVisible();
            found.addAll(Chromium.look(
                    page, path.replace(waiting, "one").replace('/', '-').substring(1) + "-" + view));
        }
        assertThat(found).isEmpty();
    }
}
