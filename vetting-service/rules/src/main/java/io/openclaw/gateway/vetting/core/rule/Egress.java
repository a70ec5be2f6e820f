package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds where commands send something that the policy of their agent does not name. */
public final class Egress {
    private static final Set<String> READS = Set.of("get", "head", "options");
    private static final Set<String> COPIES = Set.of("scp", "rsync", "rcp", "unison");
    private static final Set<String> CONNECTS =
            Set.of("nc", "ncat", "netcat", "telnet", "ssh", "mosh", "sftp", "ftp", "lftp", "tftp", "smbclient");
    private static final Set<String> CLOUDS =
            Set.of("aws", "gsutil", "gcloud", "rclone", "mc", "s3cmd", "s5cmd", "azcopy", "b2", "az", "ossutil", "oci");
    private static final Pattern SOCKET =
            Pattern.compile("(?i)(?:tcp|udp|openssl|ssl|sctp)[46]?(?:-connect|-sendto)?:(\\[[^]]+]|[^:,]+)[:,].*");
    /** {@code s3://bucket/key}, {@code remote:path}; one letter before the colon is a drive. */
    private static final Pattern REMOTE = Pattern.compile("[A-Za-z][A-Za-z0-9_.+-]+:.*", Pattern.DOTALL);

    private final RulePack pack;
    private final List<Wildcard> targets;
    private final List<String> ranges;

    /** @param allowed hosts, patterns of hosts, ranges of addresses, and beginnings of other targets up to a star */
    public Egress(RulePack pack, List<String> allowed) {
        this.pack = pack;
        this.targets = allowed.stream()
                .filter(target -> !AgentPlace.isRange(target))
                .map(target -> Wildcard.ofText(target.toLowerCase(Locale.ROOT)))
                .toList();
        this.ranges = allowed.stream().filter(AgentPlace::isRange).toList();
    }

    /** Returns what commands send to and the policy does not name, in their order. */
    public List<String> elsewhere(List<Invocation> commands) {
        List<String> found = new ArrayList<>();
        for (Invocation command : commands) {
            targetsOf(command).filter(target -> !isAllowed(target)).forEach(target -> {
                if (!found.contains(target)) {
                    found.add(target);
                }
            });
        }
        return found;
    }

    private Stream<String> targetsOf(Invocation command) {
        String program = command.program();
        if (program.equals(":http")) {
            return ofRequest(command.arguments());
        }
        List<Argument> operands = pack.operands(command);
        if (operands.isEmpty()) {
            return Stream.empty();
        }
        String last = operands.getLast().text();
        if (COPIES.contains(program)) {
            return isRemote(last) && operands.size() > 1 ? Stream.of(last) : Stream.empty();
        }
        if (CONNECTS.contains(program)) {
            return Stream.of(operands.getFirst().text());
        }
        if (CLOUDS.contains(program)) {
            return REMOTE.matcher(last).matches() ? Stream.of(last) : Stream.empty();
        }
        if (program.equals("socat")) {
            return operands.stream()
                    .map(operand -> SOCKET.matcher(operand.text()))
                    .filter(Matcher::matches)
                    .map(socket -> socket.group(1));
        }
        if (program.equals("git") && operands.getFirst().text().equals("push")) {
            return operands.stream().map(Argument::text).filter(Egress::isRemote);
        }
        return Stream.empty();
    }

    /** A request that only reads sends something if a part of its address is known only when it runs. */
    private static Stream<String> ofRequest(List<Argument> arguments) {
        if (arguments.size() < 2) {
            return Stream.empty();
        }
        Argument address = arguments.get(1);
        boolean reads = READS.contains(arguments.getFirst().text().toLowerCase(Locale.ROOT));
        return reads && !address.isUnknown() ? Stream.empty() : Stream.of(address.text());
    }

    /** {@code host:path}, {@code user@host:path} or a URL; a path with a slash before its colon is none. */
    private static boolean isRemote(String text) {
        int colon = text.indexOf(':');
        return colon > 1 && text.lastIndexOf('/', colon) < 0;
    }

    private boolean isAllowed(String target) {
        String text = target.toLowerCase(Locale.ROOT);
        List<String> hosts = Hosts.all(target);
        return matches(text) || (!hosts.isEmpty() && hosts.stream().allMatch(this::isAllowedHost));
    }

    private boolean isAllowedHost(String host) {
        return matches(host) || ranges.stream().anyMatch(range -> Hosts.isWithin(host, range));
    }

    private boolean matches(String text) {
        return targets.stream().anyMatch(target -> target.matches(text));
    }
}
