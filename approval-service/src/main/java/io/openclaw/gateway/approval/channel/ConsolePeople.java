package io.openclaw.gateway.approval.channel;

import io.openclaw.gateway.approval.channel.core.People;
import io.openclaw.gateway.common.console.ConsoleRole;
import io.openclaw.gateway.common.web.ConsoleLogin;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.security.core.Authentication;

/** The people of the console who may approve, as a sign-in of each would be: a disabled account, or one whose password was never changed, may not. */
final class ConsolePeople implements People {
    private final ConsoleLogin login;

    ConsolePeople(ConsoleLogin login) {
        this.login = login;
    }

    @Override
    public Map<String, List<String>> approvers() {
        Map<String, List<String>> approvers = new TreeMap<>();
        login.approvers()
                .keySet()
                .forEach(name -> login.proven(name)
                        .filter(ConsolePeople::mayApprove)
                        .ifPresent(person -> approvers.put(name, ConsoleSecurity.groupsOf(person))));
        return approvers;
    }

    private static boolean mayApprove(Authentication person) {
        return person.getAuthorities().stream()
                .anyMatch(held -> ConsoleRole.APPROVER.authority().equals(held.getAuthority())
                        || ConsoleRole.ADMINISTRATOR.authority().equals(held.getAuthority()));
    }
}
