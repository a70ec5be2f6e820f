package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.policy.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.policy.file.PolicyFile;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Tells the administrator which policy is in force, and what is wrong with the file if it is another. */
@RestController
public final class PolicyController {
    private final PolicyFollower follower;
    private final PolicyFile file;

    public PolicyController(PolicyFollower follower, PolicyFile file) {
        this.follower = follower;
        this.file = file;
    }

    /**
     * @param version the content hash of the policy in force; absent before the first
     * @param problem why the file is not in force, if it is not
     */
    public record PolicyStatus(
            @Nullable String version, @Nullable String problem) {}

    @GetMapping("/v1/policy")
    PolicyStatus status() {
        return new PolicyStatus(
                follower.current().map(PolicyInForce::version).orElse(null),
                file.problem().orElse(null));
    }
}
