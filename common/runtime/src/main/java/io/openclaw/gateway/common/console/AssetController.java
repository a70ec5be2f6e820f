package io.openclaw.gateway.common.console;

import java.time.Duration;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Serves the {@link ConsoleAssets}. */
@RestController
final class AssetController {
    private final ConsoleAssets assets;

    AssetController(ConsoleAssets assets) {
        this.assets = assets;
    }

    /** The address that pages use has the assets' version in it, so an asset may be kept for long. */
    @GetMapping(ConsoleAssets.PATH + "{name}")
    ResponseEntity<byte[]> asset(@PathVariable String name) {
        return assets.find(name)
                .map(content -> ResponseEntity.ok()
                        .cacheControl(CacheControl.maxAge(Duration.ofDays(7)).cachePrivate())
                        .header(HttpHeaders.CONTENT_TYPE, ConsoleAssets.typeOf(name) + ";charset=utf-8")
                        .body(content))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }
}
