package io.openclaw.gateway.vetting.core.shell;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What simple programs print, where that can be told: a command that is put together or decoded is read all the same. */
final class Outputs {
    private static final Set<String> PASS_ON = Set.of(
            "cat",
            "tee",
            "sort",
            "uniq",
            "head",
            "tail",
            "grep",
            "egrep",
            "fgrep",
            "cut",
            "awk",
            "sed",
            "strings",
            "less",
            "more",
            "nl",
            "pv",
            "base64",
            "gzip",
            "bzip2",
            "xz",
            "zstd",
            "tr",
            "xxd",
            "od",
            "hexdump",
            "openssl",
            "gpg",
            "jq",
            "tar",
            "zip",
            "fold",
            "paste",
            "tac",
            "b64encode",
            "zcat",
            "gunzip",
            "dd",
            "rev",
            "column",
            "xargs",
            "iconv",
            "uuencode",
            "uudecode",
            "split",
            "base32",
            "ed",
            "perl",
            "python3",
            "python");
    private static final Set<String> DECODERS = Set.of(
            "gunzip",
            "zcat",
            "bunzip2",
            "bzcat",
            "unxz",
            "xzcat",
            "zstdcat",
            "uudecode",
            "gpg",
            "base32",
            "basenc",
            "uncompress",
            "ascii85");

    private static final Set<String> PACKERS = Set.of(
            "gzip",
            "xz",
            "bzip2",
            "zstd",
            "lz4",
            "brotli",
            "lzma",
            "lzip",
            "pigz",
            "compress",
            "unzip",
            "tar",
            "7z",
            "7za",
            "bsdtar",
            "cpio",
            "age",
            "sops");

    private Outputs() {}

    /** Returns what a program prints; unknown, with the marks of what it reads, if that cannot be told. */
    static Argument of(
            Evaluator evaluator,
            Programs programs,
            String program,
            List<Argument> arguments,
            CommandLine line,
            @Nullable Argument input) {
        Argument exact = exact(evaluator, program, arguments, line, input);
        if (exact != null) {
            return exact;
        }
        int marks = Mark.UNKNOWN.bit();
        if (PASS_ON.contains(program)) {
            marks |= input == null ? 0 : input.marks();
            for (Argument operand : line.operands()) {
                marks |= evaluator.file(operand).marks() | operand.marks();
                marks |= isEverything(operand.text()) ? Mark.SECRET.bit() : 0;
            }
        }
        if (programs.tagged(program, "download")) {
            marks |= Mark.DOWNLOADED.bit();
        }
        if (programs.tagged(program, "prints-secrets")) {
            marks |= Mark.SECRET.bit();
        }
        if (programs.tagged(program, "finds-processes")) {
            marks |= Mark.PROCESSES.bit();
        }
        if (DECODERS.contains(program)
                || (line.has("-d", "-D", "--decode") && (program.equals("base64") || program.equals("openssl")))
                || (program.equals("xxd") && line.has("-r"))
                || (PACKERS.contains(program)
                        && line.has("-d", "-dc", "-cd", "--decompress", "--decode", "-D", "-p", "-O", "-so"))) {
            marks |= Mark.DECODED.bit();
        }
        return new Argument("$()", marks);
    }

    /** A home directory or the whole file system has credentials in it. */
    private static boolean isEverything(String path) {
        return path.equals("~")
                || path.equals("/")
                || path.equals("~/")
                || path.equals("/home")
                || path.equals("/root")
                || path.equals("/etc")
                || path.equals("/Users");
    }

    private static @Nullable Argument exact(
            Evaluator evaluator, String program, List<Argument> arguments, CommandLine line, @Nullable Argument input) {
        switch (program) {
            case "echo" -> {
                return echo(arguments);
            }
            case "printf" -> {
                return printf(arguments);
            }
            case "true",
                    "false",
                    ":",
                    "[",
                    "[[",
                    "test",
                    "((",
                    "set",
                    "shift",
                    "wait",
                    "exit",
                    "return",
                    "break",
                    "continue",
                    "sleep",
                    "mkdir",
                    "touch",
                    "rm",
                    "chmod",
                    "shopt",
                    "ulimit",
                    "umask" -> {
                return Argument.of("");
            }
            case "mktemp" -> {
                return Argument.of("/tmp/tmp.made");
            }
            case "pwd" -> {
                return Argument.of(evaluator.directory().isEmpty() ? "." : evaluator.directory());
            }
            case "ls" -> {
                return line.operands().size() == 1
                        ? new Argument(line.operands().getFirst().text(), Mark.UNKNOWN.bit())
                        : null;
            }
            case "which", "type", "basename", "realpath", "readlink" -> {
                return line.operands().isEmpty() ? null : line.operands().getLast();
            }
            case "whoami", "logname" -> {
                return Expansion.unknown("USER");
            }
            case "cat" -> {
                if (line.operands().isEmpty()) {
                    return input;
                }
                Argument file = line.operands().size() == 1 ? line.operands().getFirst() : null;
                return file == null
                        ? null
                        : file.text().equals("-") ? input : evaluator.wroteFile(file) ? evaluator.file(file) : null;
            }
            default -> {}
        }
        if (input == null || input.isUnknown()) {
            return null;
        }
        String text = input.text();
        String decoded = switch (program) {
            case "base64", "gbase64" -> line.has("-d", "-D", "--decode", "-di") ? base64(text) : null;
            case "b64decode" -> base64(text);
            case "openssl" ->
                line.has("-d") && (line.has("-base64", "-a") || first(line, "base64") || line.has("-A"))
                        ? base64(text)
                        : null;
            case "xxd" -> line.has("-r", "-rp") ? hex(text) : null;
            case "rev" -> reversed(text);
            case "tac" -> text;
            case "tr" -> tr(text, line);
            case "sed" -> sed(text, line);
            default -> null;
        };
        if (decoded == null) {
            return null;
        }
        boolean transport = program.equals("sed") || program.equals("tac");
        return new Argument(decoded, input.marks() | (transport ? 0 : Mark.DECODED.bit()));
    }

    private static boolean first(CommandLine line, String word) {
        return !line.operands().isEmpty() && line.operands().getFirst().text().equals(word);
    }

    private static Argument echo(List<Argument> arguments) {
        int i = 0;
        boolean escapes = false;
        while (i < arguments.size() && arguments.get(i).text().matches("-[neE]+")) {
            escapes |= arguments.get(i).text().indexOf('e') > 0;
            i++;
        }
        Argument words = Argument.joined(arguments.subList(i, arguments.size()));
        String text = words.text();
        return new Argument(
                escapes || text.contains("\\x") || text.contains("\\0") ? Escapes.decode(text) : text, words.marks());
    }

    private static @Nullable Argument printf(List<Argument> arguments) {
        if (arguments.isEmpty() || arguments.getFirst().text().equals("-v")) {
            return null;
        }
        String format = Escapes.decode(arguments.getFirst().text());
        int marks = arguments.getFirst().marks();
        var text = new StringBuilder();
        int next = 1;
        for (int round = 0; round < 64 && (round == 0 || next < arguments.size()); round++) {
            int before = next;
            for (int i = 0; i < format.length(); i++) {
                char c = format.charAt(i);
                if (c != '%' || i + 1 >= format.length()) {
                    text.append(c);
                    continue;
                }
                char kind = format.charAt(++i);
                if (kind == '%') {
                    text.append('%');
                } else if (kind == 's' || kind == 'b' || kind == 'd' || kind == 'q') {
                    if (next < arguments.size()) {
                        Argument argument = arguments.get(next++);
                        text.append(kind == 'b' ? Escapes.decode(argument.text()) : argument.text());
                        marks |= argument.marks();
                    }
                } else {
                    return new Argument(text.toString(), marks | Mark.UNKNOWN.bit());
                }
            }
            if (next == before) {
                break;
            }
        }
        return new Argument(text.toString(), marks);
    }

    static @Nullable String base64(String text) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(text.replace('-', '+').replace('_', '/'));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static @Nullable String hex(String text) {
        String digits = text.replaceAll("\\s|\\\\x|0x|^[0-9a-f]{8}:", "");
        try {
            return new String(HexFormat.of().parseHex(digits), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String reversed(String text) {
        var reversed = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            reversed.append(reversed.isEmpty() ? "" : "\n").append(new StringBuilder(line).reverse());
        }
        return reversed.toString();
    }

    private static @Nullable String tr(String text, CommandLine line) {
        if (line.operands().isEmpty()) {
            return null;
        }
        String from = set(line.operands().getFirst().text());
        if (line.has("-d")) {
            var kept = new StringBuilder();
            text.chars().filter(c -> from.indexOf(c) < 0).forEach(c -> kept.append((char) c));
            return kept.toString();
        }
        if (line.operands().size() < 2) {
            return null;
        }
        String to = set(line.operands().get(1).text());
        if (to.isEmpty()) {
            return null;
        }
        var mapped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            int place = from.lastIndexOf(text.charAt(i));
            mapped.append(place < 0 ? text.charAt(i) : to.charAt(Math.min(place, to.length() - 1)));
        }
        return mapped.toString();
    }

    private static String set(String written) {
        String text = Escapes.decode(written.replace("[:upper:]", "A-Z")
                .replace("[:lower:]", "a-z")
                .replace("[:space:]", " \\n\\t")
                .replace("[:digit:]", "0-9"));
        var set = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (i + 2 < text.length()
                    && text.charAt(i + 1) == '-'
                    && text.charAt(i) <= text.charAt(i + 2)
                    && text.charAt(i + 2) - text.charAt(i) < 128) {
                for (int c = text.charAt(i); c <= text.charAt(i + 2); c++) {
                    set.append((char) c);
                }
                i += 2;
            } else {
                set.append(text.charAt(i));
            }
        }
        return set.toString();
    }

    /** {@code s/plain/plain/g} only. */
    private static @Nullable String sed(String text, CommandLine line) {
        if (line.operands().size() != 1 || line.has("-i", "-n", "-E", "-r")) {
            return null;
        }
        String script = line.operands().getFirst().text();
        if (script.length() < 4 || script.charAt(0) != 's') {
            return null;
        }
        String[] parts = script.substring(2).split(java.util.regex.Pattern.quote(script.substring(1, 2)), -1);
        if (parts.length != 3
                || parts[0].isEmpty()
                || parts[0].matches(".*[\\\\.*\\[\\]^$].*")
                || parts[1].contains("&")) {
            return null;
        }
        return parts[2].contains("g")
                ? text.replace(parts[0], parts[1])
                : text.replaceFirst(
                        java.util.regex.Pattern.quote(parts[0]), java.util.regex.Matcher.quoteReplacement(parts[1]));
    }
}
