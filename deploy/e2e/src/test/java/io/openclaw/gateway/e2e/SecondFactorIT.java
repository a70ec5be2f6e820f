package io.openclaw.gateway.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.openclaw.gateway.e2e.RunningGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.RequestOptions;
import io.openclaw.gateway.e2e.RunningGateway.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.util.encoders.Base32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** People sign in with a code of an authenticator app, and with a passkey of Chromium's virtual authenticator. */
@Tag(NpmAhead.CLIENTS)
@Order(1)
class SecondFactorIT {
    private static final String PASSWORD = "correct horse battery";

    private static RunningGateway gateway;
    private static Chromium chromium;

    /** What the browser said went wrong, and what looking at pages found; nothing may. */
    private final List<String> problems = Collections.synchronizedList(new ArrayList<>());

    private final String name = "vera" + System.nanoTime();
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void startThem() {
        gateway = RunningGateway.get();
        chromium = Chromium.start();
    }

    @AfterAll
    static void stopThem() {
        chromium.close();
    }

    /** A person of the database, who may do everything and has chosen a password. */
    @BeforeEach
    void somebodyIsSignedIn() {
        context = chromium.browser().newContext(new Browser.NewContextOptions().setViewportSize(1_440, 900));
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                problems.add(page.url() + " " + message.text());
            }
        });
        page.onPageError(problem -> problems.add(page.url() + " " + problem));
        Answer made = gateway.submitted("/console/people", "name=" + name + "&roles=administrator&groups=*");
        var generated = Pattern.compile("id=\"new-password\">([^<]+)<")
                .matcher(made.response().body());
        assertThat(generated.find()).isTrue();
        signInWithPassword(generated.group(1));
        page.getByLabel("Current password").fill(generated.group(1));
        page.getByLabel("New password", new Page.GetByLabelOptions().setExact(true))
                .fill(PASSWORD);
        page.getByLabel("New password, again").fill(PASSWORD);
        button("Change the password").click();
        assertThat(heading("Your account")).isVisible();
    }

    @AfterEach
    void nothingWentWrongInTheBrowser() {
        context.close();
        assertThat(problems).isEmpty();
    }

    private static String url(String path) {
        // Passkeys are for names.
        return gateway.url().replace("127.0.0.1", "localhost") + path;
    }

    private void signInWithPassword(String password) {
        page.navigate(url("/sign-in"));
        page.getByLabel("Name").fill(name);
        page.getByLabel("Password").fill(password);
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Sign in").setExact(true))
                .click();
    }

    private void signOut() {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Sign out").setExact(true))
                .click();
        assertThat(page.getByText("You are signed out.")).isVisible();
    }

    private Locator button(String text) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(text));
    }

    private Locator heading(String text) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(text).setExact(true));
    }

    /** RFC 6238, written once more. */
    private static String code(String secret, int stepsAhead) throws Exception {
        long step = Instant.now().getEpochSecond() / 30 + stepsAhead;
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(Base32.decode(secret), "HmacSHA1"));
        byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
        int offset = hash[19] & 0xf;
        return String.format("%06d", (ByteBuffer.wrap(hash).getInt(offset) & 0x7fff_ffff) % 1_000_000);
    }

    /** Photographs the page and looks for violations of WCAG 2.2 A and AA, in two themes and sizes. */
    private void look(String what) throws IOException {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(1_440, 390)) {
                page.emulateMedia(
                        new Page.EmulateMediaOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE));
                page.setViewportSize(width, 900);
                problems.addAll(Chromium.look(page, what + "-" + scheme + "-" + width));
            }
        }
        page.setViewportSize(1_440, 900);
    }

    private static void isOnRecord(String... texts) {
        eventually()
                .untilAsserted(() -> assertThat(gateway.console("/audit?type=console.acted&limit=50")
                                .response()
                                .body())
                        .contains(texts));
    }

    @Test
    void aSecondFactorIsAskedForAfterThePassword() throws Exception {
        page.navigate(url("/console/account"));
        look("account");
        page.getByLabel("What it is for").fill("a script");
        page.locator("input[name=roles][value=administrator]").check();
        button("Make a token").click();
        String token = page.locator("#new-token").textContent().strip();
        page.navigate(url("/console/account/second-factor"));
        look("second-factor-off");
        page.getByLabel("Your password").fill("wrong");
        button("Set it up").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Nothing was changed");
        page.getByLabel("Your password").fill(PASSWORD);
        button("Set it up").click();
        assertThat(page.locator("svg.qr")).isVisible();
        String secret = page.locator("#secret").textContent().strip();
        assertThat(page.locator("#otpauth").getAttribute("href"))
                .startsWith("otpauth://totp/OpenClaw%20Gateway:" + name)
                .contains(secret);
        look("second-factor-setup");
        page.getByLabel("The 6 digits").fill("000000");
        button("Switch it on").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("not the code");
        String first = code(secret, 0);
        page.getByLabel("The 6 digits").fill(first);
        button("Switch it on").click();
        String[] recovery =
                page.locator("#recovery-codes").textContent().strip().split("\\s+");
        assertThat(recovery).hasSize(10);
        look("second-factor-on");

        // The password alone is enough nowhere.
        Answer refused = gateway.withPassword(name, PASSWORD, "/v1/approvals");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.text("/detail")).contains("second factor", "token");
        assertThat(gateway.withPassword(name, token, "/v1/approvals").status()).isEqualTo(200);
        signOut();
        signInWithPassword(PASSWORD);
        assertThat(heading("Your code")).isVisible();
        look("sign-in-code");
        assertThat(context.request()
                        .get(url("/console/account"), RequestOptions.create().setMaxRedirects(0))
                        .status())
                .isEqualTo(302);
        page.getByLabel("The 6 digits").fill(first);
        button("Sign in").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Wrong code");
        page.getByLabel("The 6 digits").fill(code(secret, 1));
        button("Sign in").click();
        // It leads to the page that was asked for.
        assertThat(heading("Your account")).isVisible();
        isOnRecord("second-factor.set-up", "by password and code");

        // What is grave asks for both once more.
        page.navigate(url("/console/policy"));
        assertThat(page.getByLabel("The code of your app")).isVisible();
        String csrf = page.locator("input[name=_csrf]").first().inputValue();
        assertThat(context.request()
                        .post(
                                url("/console/policy/freeze"),
                                RequestOptions.create()
                                        .setForm(FormData.create()
                                                .set("_csrf", csrf)
                                                .set("scope", "all")
                                                .set("reason", "a test")
                                                .set("password", PASSWORD)))
                        .status())
                .isEqualTo(403);
        signOut();
        signInWithPassword(PASSWORD);
        page.getByLabel("The 6 digits").fill(recovery[0]);
        button("Sign in").click();
        assertThat(heading("Approvals")).isVisible();
        page.navigate(url("/console/account/second-factor"));
        assertThat(page.getByText("Recovery codes left")).isVisible();
        page.locator("#password-remove").fill(PASSWORD);
        button("Remove the second factor").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Nothing was changed");
        page.locator("#password-remove").fill(PASSWORD);
        page.locator("#password-remove-code").fill(recovery[0]);
        button("Remove the second factor").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Nothing was changed");

        // So does a critical call.
        String call = gateway.call("exec", "{\"command\":\"stripe refunds create --charge ch_1\"}", "Prefer", "wait=1")
                .text("/callId");
        eventually()
                .until(() -> gateway.console("/v1/approvals?status=pending")
                        .response()
                        .body()
                        .contains(call));
        page.navigate(url("/console/approvals/" + call));
        page.locator("#password").fill(PASSWORD);
        button("Approve once").click();
        assertThat(page.locator("#toast")).containsText("the code of your app");
        page.locator("#password-code").fill(recovery[1]);
        look("critical");
        button("Approve once").click();
        assertThat(page.getByRole(AriaRole.STATUS).first()).containsText("Approved");

        // An administrator helps somebody who lost everything.
        assertThat(gateway.submitted("/console/people/second-factor/reset", "name=" + name)
                        .status())
                .isEqualTo(200);
        page.navigate(url("/console/account"));
        assertThat(button("Sign in").first()).isVisible();
        signInWithPassword(PASSWORD);
        assertThat(page).hasURL(Pattern.compile(".*/console/account"));
        isOnRecord("second-factor.reset", "a recovery code");
    }

    @Test
    void aPasskeySignsInByItself() throws Exception {
        CDPSession authenticators = context.newCDPSession(page);
        authenticators.send("WebAuthn.enable");
        String authenticator = addAuthenticator(authenticators);
        page.navigate(url("/console/account/passkeys"));
        look("passkeys-locked");
        page.getByLabel("Your password").fill(PASSWORD);
        button("Go on").click();
        page.getByLabel("Its name").fill("this laptop");
        button("Add a passkey").click();
        assertThat(page.locator(".list li")).containsText("this laptop");
        look("passkeys");
        signOut();
        look("sign-in");
        String before = session();
        button("Sign in with a passkey").click();
        assertThat(heading("Approvals")).isVisible();
        assertThat(page.locator(".nav-foot")).containsText(name);
        assertThat(session()).isNotEqualTo(before);
        isOnRecord("passkey.added", "by a passkey");

        // An authenticator that does not know its user is not enough.
        signOut();
        setVerified(authenticators, authenticator, false);
        button("Sign in with a passkey").click();
        assertThat(page.locator("#passkey-problem")).containsText("Nothing was done");
        setVerified(authenticators, authenticator, true);

        // A disabled account stays outside, and so does a passkey that was removed.
        assertThat(gateway.submit("/console/people/change", "name=" + name + "&roles=viewer&disabled=true", true))
                .isEqualTo(200);
        page.navigate(url("/sign-in"));
        button("Sign in with a passkey").click();
        assertThat(page.locator("#passkey-problem")).containsText("disabled");
        gateway.submit("/console/people/change", "name=" + name + "&roles=viewer", true);
        gateway.submit("/console/people/second-factor/reset", "name=" + name, true);
        button("Sign in with a passkey").click();
        assertThat(page.locator("#passkey-problem")).containsText("does not know this passkey");
        assertThat(context.request()
                        .get(url("/console/account"), RequestOptions.create().setMaxRedirects(0))
                        .status())
                .isEqualTo(302);
        isOnRecord("signin.refused");
        // The browser says so of each answer that refuses.
        problems.removeIf(problem -> problem.contains("/sign-in") && problem.contains("401"));
    }

    private String session() {
        return context.cookies().stream()
                .filter(cookie -> cookie.name.equals("ocg_session"))
                .map(cookie -> cookie.value)
                .findFirst()
                .orElse("");
    }

    private static String addAuthenticator(CDPSession authenticators) {
        var options = new JsonObject();
        options.addProperty("protocol", "ctap2");
        options.addProperty("transport", "internal");
        options.addProperty("hasResidentKey", true);
        options.addProperty("hasUserVerification", true);
        options.addProperty("isUserVerified", true);
        options.addProperty("automaticPresenceSimulation", true);
        var parameters = new JsonObject();
        parameters.add("options", options);
        return authenticators
                .send("WebAuthn.addVirtualAuthenticator", parameters)
                .get("authenticatorId")
                .getAsString();
    }

    private static void setVerified(CDPSession authenticators, String authenticator, boolean isVerified) {
        var parameters = new JsonObject();
        parameters.addProperty("authenticatorId", authenticator);
        parameters.addProperty("isUserVerified", isVerified);
        authenticators.send("WebAuthn.setUserVerified", parameters);
    }
}
