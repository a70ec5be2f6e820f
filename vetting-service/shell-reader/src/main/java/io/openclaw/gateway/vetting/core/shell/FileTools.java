package io.openclaw.gateway.vetting.core.shell;

import static io.openclaw.gateway.vetting.core.shell.Commands.SILENT;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Programs that write what they read, or what another file holds. */
final class FileTools {
    private final Evaluator evaluator;
    private final Programs programs;

    FileTools(Evaluator evaluator, Programs programs) {
        this.evaluator = evaluator;
        this.programs = programs;
    }

    Map<String, Handler> handlers() {
        Map<String, Handler> handlers = new HashMap<>();
        List.of("cp", "mv", "install", "ln").forEach(name -> handlers.put(name, this::copy));
        List.of("at", "batch").forEach(name -> handlers.put(name, this::later));
        handlers.put("tee", this::tee);
        return handlers;
    }

    private Argument later(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        if (input != null) {
            evaluator.within(program, () -> evaluator.runText(input.text(), null));
        }
        return SILENT;
    }

    private Argument tee(String program, List<Argument> arguments, @Nullable Argument input) {
        Argument data = input == null ? Evaluator.UNKNOWN_OUTPUT : input;
        CommandLine line = CommandLine.of(arguments, programs.syntax(program));
        line.operands().forEach(file -> evaluator.writeFile(file, data, line.has("-a", "--append")));
        return data;
    }

    private Argument copy(String program, List<Argument> arguments, @Nullable Argument input) {
        List<Argument> operands =
                CommandLine.of(arguments, programs.syntax(program)).operands();
        if (operands.size() == 2 && program.equals("ln")) {
            evaluator.link(operands.get(1), operands.get(0));
        }
        if (operands.size() == 2) {
            Argument content = evaluator.file(operands.get(0));
            if (evaluator.wroteFile(operands.get(0)) || Mark.SECRET.in(content.marks())) {
                evaluator.writeFile(operands.get(1), content, false);
            }
        }
        return SILENT;
    }
}
