package io.openclaw.gateway.approval.web;

import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.common.web.ConsoleLogin;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;

/** Knows the people who may approve, as the console knows them. */
@Component
public final class Approvers {
    private final ConsoleLogin login;
    private final ApprovalDesk desk;

    public Approvers(ConsoleLogin login, ApprovalDesk desk) {
        this.login = login;
        this.desk = desk;
    }

    /** Returns a signed-in person as one who decides. */
    Person person(Authentication signedIn, String channel) {
        Map<String, List<String>> known = login.approvers();
        return desk.person(
                signedIn.getName(),
                ConsoleSecurity.groupsOf(signedIn),
                channel,
                each -> known.getOrDefault(each, List.of()));
    }

    /** Returns the names of those who may approve. */
    List<String> names() {
        return List.copyOf(login.approvers().keySet());
    }
}
