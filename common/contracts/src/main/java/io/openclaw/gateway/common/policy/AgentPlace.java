package io.openclaw.gateway.common.policy;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What belongs to an agent by its policy, and where it may send to: what the policy says of the agent, of its roles, and of the
 * roles that these inherit, together.
 *
 * @param workspace directories that are the agent's own, sorted; what it does below them is no business of the machine or of others
 * @param egress hosts that it may send to, sorted: a host, a pattern such as {@code *.example.com}, a range of addresses, or the
 *     beginning of another target up to a star, such as {@code s3://builds/*}; every host, if there is none
 */
public record AgentPlace(List<String> workspace, List<String> egress) {
    /** Nothing is said of the agent. */
    public static final AgentPlace NONE = new AgentPlace(List.of(), List.of());

    public AgentPlace {
        workspace = List.copyOf(workspace);
        egress = List.copyOf(egress);
    }

    /** Tells whether an entry of {@code egress} is meant as a range of addresses. */
    public static boolean isRange(String target) {
        return target.indexOf('/') > 0 && !target.contains("://") && target.indexOf('*') < 0;
    }

    /** Tells whether a range is one: an address, a slash, and as many bits as it may have (RFC 4632, RFC 4291). */
    public static boolean isValidRange(String target) {
        int slash = target.indexOf('/');
        String bits = target.substring(slash + 1);
        try {
            return bits.matches("\\d{1,3}")
                    && Integer.parseInt(bits)
                            <= InetAddress.ofLiteral(target.substring(0, slash)).getAddress().length * 8;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Reads the place of an agent from a policy.
     *
     * @param proven the roles that its token gives an agent that the policy does not name
     */
    public static AgentPlace of(PolicyDocument policy, String agent, List<String> proven) {
        Set<String> roles = policy.rolesOf(agent, proven);
        var workspace = new TreeSet<String>();
        var egress = new TreeSet<String>();
        policy.agents().stream().filter(known -> known.id().equals(agent)).forEach(known -> {
            workspace.addAll(known.workspace());
            egress.addAll(known.egress());
        });
        policy.roles().stream().filter(role -> roles.contains(role.id())).forEach(role -> {
            workspace.addAll(role.workspace());
            egress.addAll(role.egress());
        });
        return workspace.isEmpty() && egress.isEmpty()
                ? NONE
                : new AgentPlace(List.copyOf(workspace), List.copyOf(egress));
    }
}
