package io.openclaw.gateway.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** This machine's Chromium, driven by Playwright; nothing is downloaded. */
record Chromium(Playwright playwright, Browser browser) implements AutoCloseable {
    private static final List<Path> PROGRAMS = List.of(
            Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"), Path.of("/usr/bin/google-chrome"));
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    static Chromium start() {
        Path program = PROGRAMS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "none of " + PROGRAMS + " is there: install the package chromium, as deploy/test does"));
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Chromium(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(program)
                                .setArgs(ARGUMENTS)));
    }

    /** Photographs a page as it is, and returns axe-core's violations of WCAG 2.2 A and AA and what is wider than the screen. */
    static List<String> look(Page page, String name) throws IOException {
        Path pictures = Files.createDirectories(Path.of("target/console"));
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(pictures.resolve(name + ".png"))
                .setFullPage(true));
        // The debugger's evaluation is not the page's own script, so the page's policy stays as it is.
        page.evaluate(
                Files.readString(Npm.install("axe", "axe-core@4.11.0").resolve("node_modules/axe-core/axe.min.js"))
                        + ";0");
        Object violations = page.evaluate("async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a',"
                + " 'wcag21aa', 'wcag22aa']})).violations.map(v => v.id + ' ' + v.nodes.map(n => n.target.join(' '))"
                + ".join(', '))");
        List<String> found = new ArrayList<>();
        ((List<?>) violations).forEach(violation -> found.add(name + ": " + violation));
        Object overflow = page.evaluate("() => document.documentElement.scrollWidth - innerWidth");
        if (((Number) overflow).intValue() > 1) {
            found.add(name + " is " + overflow + " px wider than the screen");
        }
        return found;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
