package io.openclaw.gateway.vetting.core.shell;

import io.openclaw.gateway.vetting.core.shell.CommandLine.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the command lines of HTTP clients: which request do they send, with what, and where does the answer go? */
final class HttpRequests {
    private static final Set<String> METHODS =
            Set.of("get", "head", "post", "put", "patch", "delete", "options", "purge", "trace", "connect");
    private static final Set<String> DATA_FLAGS = Set.of(
            "-d",
            "--data",
            "--data-raw",
            "--data-binary",
            "--data-ascii",
            "--data-urlencode",
            "--json",
            "-F",
            "--form",
            "--form-string",
            "--post-data",
            "--post-file",
            "--body-data",
            "--body-file",
            "-T",
            "--upload-file");
    private static final Set<String> FILE_FLAGS =
            Set.of("-T", "--upload-file", "--post-file", "--body-file", "-K", "--config", "-b", "--cookie");

    private HttpRequests() {}

    /** Emits {@code :http METHOD URL DATA…} for each address, and returns what the client prints. */
    static Argument follow(Evaluator evaluator, String program, CommandLine line, @Nullable Argument input)
            throws UnreadableScriptException {
        String method = null;
        boolean sends = false;
        boolean uploads = false;
        List<Argument> data = new ArrayList<>();
        Argument output = null;
        List<Argument> addresses = new ArrayList<>();
        for (Option option : line.options()) {
            String flag = option.flag();
            if (flag.equals("-X") || flag.equals("--request") || flag.equals("--method")) {
                method = option.value().text().toLowerCase(Locale.ROOT);
            } else if (flag.equals("-o")
                    || flag.equals("--output")
                    || flag.equals("-O")
                    || flag.equals("--output-document")) {
                output = option.value();
            } else if (flag.equals("--url")) {
                addresses.add(option.value());
            }
            if (DATA_FLAGS.contains(flag)) {
                sends = true;
                uploads |= flag.equals("-T") || flag.equals("--upload-file");
                data.add(content(evaluator, flag, option.value(), input));
            }
        }
        List<Argument> operands = line.operands();
        boolean httpie =
                program.equals("http") || program.equals("https") || program.equals("httpie") || program.equals("xh");
        if (httpie
                && !operands.isEmpty()
                && METHODS.contains(operands.getFirst().text().toLowerCase(Locale.ROOT))) {
            method = operands.getFirst().text().toLowerCase(Locale.ROOT);
            operands = operands.subList(1, operands.size());
        }
        if (httpie && operands.size() > 1) {
            data.addAll(operands.subList(1, operands.size()));
            sends = true;
            operands = operands.subList(0, 1);
        }
        addresses.addAll(operands);
        if (method == null) {
            method = uploads ? "put" : sends ? "post" : line.has("-I", "--head") ? "head" : "get";
        }
        int marks = Mark.DOWNLOADED.bit() | Mark.UNKNOWN.bit();
        for (Argument address : addresses) {
            List<Argument> request = new ArrayList<>();
            request.add(Argument.of(method));
            request.add(new Argument(url(address.text()), address.marks()));
            request.addAll(data);
            evaluator.emit(":http", request.toArray(Argument[]::new));
        }
        Argument answer = new Argument("$()", marks);
        boolean toStandardOutput =
                output != null && (output.text().equals("-") || output.text().equals("/dev/stdout"));
        if (output != null && !toStandardOutput) {
            evaluator.writeFile(output, answer, false);
            return Argument.of("");
        }
        boolean savesByName = (program.equals("wget") && output == null)
                || (line.has("-O", "--remote-name", "-J") && program.equals("curl"))
                || program.equals("aria2c");
        if (savesByName) {
            for (Argument address : addresses) {
                String path = address.text().replaceAll("[?#].*", "");
                evaluator.writeFile(Argument.of(Paths.baseName(path)), answer, false);
            }
            return Argument.of("");
        }
        return answer;
    }

    /** {@code @file} and {@code name=@file} stand for a file's content, {@code @-} for standard input. */
    private static Argument content(Evaluator evaluator, String flag, Argument value, @Nullable Argument input)
            throws UnreadableScriptException {
        int at = value.text().indexOf('@');
        boolean file = FILE_FLAGS.contains(flag);
        if ((!file && (at < 0 || (at > 0 && value.text().charAt(at - 1) != '='))) || flag.equals("--data-raw")) {
            return value;
        }
        String path = file ? value.text() : value.text().substring(at + 1).replaceAll(";.*", "");
        if (path.equals("-") || path.equals("/dev/stdin") || path.equals(".")) {
            return input == null ? value : value.marked(input.marks());
        }
        var source = new Argument(path, value.marks());
        evaluator.emit(":upload", source);
        return value.marked(evaluator.file(source).marks());
    }

    private static String url(String address) {
        return address.startsWith(":") ? "localhost" + address : address;
    }
}
