package io.openclaw.gateway.common.redaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Knows where secrets stand in command lines of programs that take them as plain operands, behind options of no telling name,
 * in pairs, or on their standard input: {@code vault login X}, {@code vault kv put p k=X}, {@code echo X | sudo -S ls}.
 */
final class Commands {
    /**
     * Where a secret stands in a list of words.
     *
     * @param sure whether any literal is masked; else only one that looks like a secret
     */
    record Found(int word, int from, int to, boolean sure) {}

    private enum Kind {
        LAST,
        PAIRS,
        LOGIN,
        OPTIONS
    }

    /** Words that begin a command, what of it is secret, and for options, or a condition, the options. */
    private record Rule(List<String> path, Kind kind, int count, Set<String> options) {}

    private static final Map<String, List<Rule>> RULES = new HashMap<>();
    /** Programs that read a secret from standard input, each with a word that has to be there; none if it is empty. */
    private static final Map<String, List<String>> READERS = new HashMap<>();

    private static final int MAX_GAP = 8;
    private static final int MAX_WORDS = 256;

    static {
        // The number is how many operands there are when the last one is certainly a secret.
        for (String each : List.of(
                "vault login=1",
                "consul kv put=2",
                "etcdctl put=2",
                "openssl passwd=1",
                "mkpasswd=1",
                "ngrok authtoken=1",
                "ngrok config add-authtoken=1",
                "wandb login=1",
                "cargo login=1",
                "snyk auth=1",
                "bw unlock=1",
                "bw login=2",
                "nuget setapikey=1",
                "rclone obscure=1",
                "wpa_passphrase=2",
                "rabbitmqctl add_user=2",
                "rabbitmqctl change_password=2",
                "mc alias set=4",
                "ansible-vault encrypt_string=1",
                "net user=2",
                "net use=2",
                "redis-cli auth=1",
                "redis-cli AUTH=1")) {
            int equal = each.indexOf('=');
            rule(each.substring(0, equal), Kind.LAST, Integer.parseInt(each.substring(equal + 1)), Set.of());
        }
        rule(
                "htpasswd",
                Kind.LAST,
                2,
                Set.of("-b", "-nb", "-bn", "-cb", "-bc", "-nbB", "-nbBC", "-cbB", "-bB", "-Bb", "-nbm"));
        for (String cmdlet : List.of("ConvertTo-SecureString", "convertto-securestring")) {
            rule(cmdlet, Kind.LAST, 1, Set.of("-AsPlainText", "-asplaintext"));
        }
        rule("pulumi config set", Kind.LAST, 2, Set.of("--secret"));
        rule("dscl", Kind.LAST, 3, Set.of("-passwd"));
        for (String config : List.of("poetry", "composer")) {
            for (String key : List.of("pypi-token*", "http-basic*", "github-oauth*", "gitlab-token*", "bearer*")) {
                rule(config + " config " + key, Kind.LAST, key.startsWith("http-basic") ? 2 : 1, Set.of());
            }
        }
        for (String pairs : List.of(
                "vault kv put",
                "vault kv patch",
                "vault write",
                "fly secrets set",
                "flyctl secrets set",
                "doppler secrets set")) {
            rule(pairs, Kind.PAIRS, 0, Set.of());
        }
        for (String client : List.of("sqlplus", "impdp", "expdp", "sqlldr", "rman")) {
            rule(client, Kind.LOGIN, 0, Set.of());
        }
        options("kubectl create secret", "--from-literal");
        options("oc create secret", "--from-literal");
        options("gh secret set", "-b", "--body");
        options("az keyvault secret set", "--value");
        options("aws ssm put-parameter", "--value");
        options("security add-generic-password", "-w");
        options("security add-internet-password", "-w");
        options("security unlock-keychain", "-p");
        options("nmcli", "password", "psk", "wifi-sec.psk", "802-11-wireless-security.psk");
        options("iwconfig", "key");
        options("mysqladmin", "password");
        options("schtasks", "/rp");
        reader("sudo", "-S");
        reader("chpasswd", "");
        reader("passwd", "--stdin");
        reader("smbpasswd", "-s");
        reader("openssl", "-stdin");
        reader("mkpasswd", "-s");
        reader("mkpasswd", "--stdin");
        reader("gpg", "--passphrase-fd");
        reader("docker", "--password-stdin");
        reader("docker", "secret");
        reader("podman", "--password-stdin");
        reader("podman", "secret");
        reader("buildah", "--password-stdin");
        reader("skopeo", "--password-stdin");
        reader("helm", "--password-stdin");
        reader("oras", "--password-stdin");
        reader("crane", "--password-stdin");
        reader("gh", "--with-token");
        reader("gh", "secret");
        reader("wrangler", "secret");
        reader("vault", "-");
        reader("gcloud", "secrets");
        reader("cryptsetup", "");
        reader("kinit", "");
        reader("su", "");
    }

    private Commands() {}

    private static void rule(String path, Kind kind, int count, Set<String> options) {
        List<String> words = List.of(path.split(" ", -1));
        RULES.computeIfAbsent(words.getFirst(), key -> new ArrayList<>()).add(new Rule(words, kind, count, options));
    }

    private static void options(String path, String... options) {
        rule(path, Kind.OPTIONS, 0, Set.of(options));
    }

    private static void reader(String program, String word) {
        READERS.computeIfAbsent(program, key -> new ArrayList<>()).add(word);
    }

    /** The names of the programs that are known here. */
    static Set<String> programs() {
        Set<String> programs = new HashSet<>(RULES.keySet());
        programs.addAll(READERS.keySet());
        return programs;
    }

    static boolean isProgram(String word) {
        return RULES.containsKey(word) || READERS.containsKey(word);
    }

    private static String name(String word) {
        return word.length() > 256 ? "" : word.substring(word.lastIndexOf('/') + 1);
    }

    /** Returns where secrets stand in the words of one command. */
    static List<Found> find(List<String> words) {
        List<Found> found = new ArrayList<>();
        int last = Math.min(words.size(), MAX_WORDS);
        int programs = 0;
        for (int i = 0; i < last; i++) {
            List<Rule> rules = RULES.get(name(words.get(i)));
            // A command with more programs than that is none.
            if (rules != null && ++programs <= 4) {
                for (Rule rule : rules) {
                    apply(rule, words, i, last, found);
                }
            }
        }
        return found;
    }

    private static void apply(Rule rule, List<String> words, int program, int last, List<Found> found) {
        int at = program;
        for (int i = 1; i < rule.path.size(); i++) {
            int limit = Math.min(last, at + MAX_GAP);
            at++;
            while (at < limit && !matches(rule.path.get(i), words.get(at))) {
                at++;
            }
            if (at >= limit) {
                return;
            }
        }
        switch (rule.kind) {
            case LAST -> lastOperand(rule, words, at + 1, last, found);
            case PAIRS -> {
                for (int i = at + 1; i < last; i++) {
                    String word = words.get(i);
                    int equal = word.indexOf('=');
                    if (equal > 0 && word.charAt(0) != '-' && !isFile(word, equal + 1)) {
                        found.add(new Found(i, equal + 1, word.length(), !isNumber(word, equal + 1)));
                    }
                }
            }
            case LOGIN -> {
                for (int i = at + 1; i < Math.min(last, at + 4); i++) {
                    String word = words.get(i);
                    int slash = word.indexOf('/');
                    if (slash > 0 && word.charAt(0) != '-' && !word.contains("://")) {
                        int end = word.lastIndexOf('@');
                        found.add(new Found(i, slash + 1, end > slash ? end : word.length(), end > slash));
                        return;
                    }
                }
            }
            case OPTIONS -> options(rule, words, at + 1, last, found);
        }
    }

    private static boolean matches(String path, String word) {
        return path.endsWith("*") ? word.startsWith(path.substring(0, path.length() - 1)) : path.equals(word);
    }

    private static void lastOperand(Rule rule, List<String> words, int from, int last, List<Found> found) {
        boolean condition = rule.options.isEmpty();
        int operands = 0;
        int operand = -1;
        for (int i = from; i < last; i++) {
            String word = words.get(i);
            condition |= rule.options.contains(word);
            if (word.startsWith("<") || word.startsWith(">")) {
                break;
            }
            if (!word.isEmpty()
                    && word.charAt(0) != '-'
                    && !(word.charAt(0) == '/' && (word.length() < 12 || word.indexOf(':') > 0))) {
                operands++;
                // A share of Windows is an address.
                operand = word.startsWith("\\\\") ? -1 : i;
            }
        }
        if (condition && operand >= 0) {
            String word = words.get(operand);
            if (!isFile(word, 0) && word.indexOf('=') < 0) {
                boolean sure = (operands == rule.count || !rule.options.isEmpty()) && word.length() >= 8;
                found.add(new Found(operand, 0, word.length(), sure));
            }
        }
    }

    private static void options(Rule rule, List<String> words, int from, int last, List<Found> found) {
        for (int i = from; i < last; i++) {
            String word = words.get(i);
            int equal = word.indexOf('=');
            String option = equal > 0 ? word.substring(0, equal) : word;
            if (!rule.options.contains(option)) {
                continue;
            }
            int of = equal > 0 ? i : i + 1;
            if (of >= last) {
                return;
            }
            String value = words.get(of);
            int start = equal > 0 ? equal + 1 : 0;
            if (option.equals("--from-literal")) {
                int inner = value.indexOf('=', start);
                start = inner < 0 ? value.length() : inner + 1;
            }
            if (start < value.length()) {
                found.add(new Found(of, start, value.length(), !option.equals("--value") && !isNumber(value, start)));
            }
        }
    }

    private static boolean isFile(String word, int from) {
        return word.startsWith("@", from) || word.substring(from).equals("-");
    }

    private static boolean isNumber(String word, int from) {
        return word.length() - from < 4 || word.substring(from).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Tells whether the command reads a secret from its standard input. */
    static boolean readsSecret(List<String> words) {
        for (int i = 0; i < Math.min(words.size(), 16); i++) {
            List<String> conditions = READERS.get(name(words.get(i)));
            if (conditions != null) {
                for (String condition : conditions) {
                    if (condition.isEmpty()
                            || words.subList(i + 1, words.size()).contains(condition)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Tells whether the lines of its standard input are users, each with a password behind a colon. */
    static boolean readsUsers(List<String> words) {
        return words.stream().limit(16).anyMatch(word -> name(word).equals("chpasswd"));
    }

    /** Returns what a command writes that writes its operands, with other words in front of it or none: {@code sudo echo X}. */
    static List<Found> written(List<String> words) {
        int last = Math.min(words.size(), 16);
        int at = last - 1;
        while (at >= 0
                && !name(words.get(at)).equals("echo")
                && !name(words.get(at)).equals("printf")) {
            at--;
        }
        if (at < 0) {
            return List.of();
        }
        boolean format = name(words.get(at)).equals("printf");
        List<Found> found = new ArrayList<>();
        for (int i = at + 1; i < last; i++) {
            String word = words.get(i);
            if (word.startsWith("-") && word.length() <= 3) {
                continue;
            }
            if (format && i == at + 1 && word.indexOf('%') >= 0) {
                continue;
            }
            int end = word.endsWith("\\n") ? word.length() - 2 : word.length();
            found.add(new Found(i, 0, end, true));
        }
        return found;
    }
}
