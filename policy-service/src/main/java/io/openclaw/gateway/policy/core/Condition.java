package io.openclaw.gateway.policy.core;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelAttributePattern;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelUnknownSet;
import dev.cel.runtime.PartialVars;
import dev.cel.runtime.Program;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A CEL expression over {@link Facts} (github.com/google/cel-spec), type-checked and planned when it is made. */
final class Condition {
    /** A condition may look at every element of a list of arguments, and at no more than this. */
    private static final int MOST_ITERATIONS = 100_000;

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .comprehensionMaxIterations(MOST_ITERATIONS)
            .build();
    private static final CelCompiler COMPILER = compiler();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();
    private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']*)'.*", Pattern.DOTALL);

    /** The facts that differ between two calls of one tool by one agent. */
    private static final List<CelAttributePattern> OF_A_SINGLE_CALL = Facts.DECLARED.keySet().stream()
            .filter(name -> !name.startsWith("agent.") && !name.startsWith("tool."))
            .map(CelAttributePattern::fromQualifiedIdentifier)
            .toList();

    private final String source;
    private final Program program;
    private final Set<String> variables;
    private final Map<String, Set<String>> equalities;

    private Condition(String source, Program program, Set<String> variables, Map<String, Set<String>> equalities) {
        this.source = source;
        this.program = program;
        this.variables = variables;
        this.equalities = equalities;
    }

    /** Thrown for an expression that does not compile; the message says where in it, and what to write. */
    static final class CompileException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int line;

        CompileException(int line, String message) {
            super(message);
            this.line = line;
        }

        /** Returns the line of the expression that is wrong, the first being 1. */
        int line() {
            return line;
        }
    }

    private static CelCompiler compiler() {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS);
        Facts.DECLARED.forEach(builder::addVar);
        return builder.build();
    }

    /** Compiles an expression that is true or false. */
    static Condition predicate(String source) throws CompileException {
        return compile(source, Set.of(SimpleType.BOOL), "true or false");
    }

    /** Compiles an expression that is a number. */
    static Condition number(String source) throws CompileException {
        return compile(source, Set.of(SimpleType.INT, SimpleType.UINT, SimpleType.DOUBLE, SimpleType.DYN), "a number");
    }

    private static Condition compile(String source, Set<CelType> wanted, String words) throws CompileException {
        CelValidationResult result = COMPILER.compile(source);
        if (result.hasError()) {
            CelIssue first = result.getErrors().getFirst();
            throw new CompileException(
                    first.getSourceLocation().getLine(),
                    result.getErrors().stream()
                            .map(issue -> words(issue, source))
                            .distinct()
                            .collect(Collectors.joining("; ")));
        }
        try {
            CelAbstractSyntaxTree ast = result.getAst();
            if (!wanted.contains(ast.getResultType())) {
                throw new CompileException(
                        1, "it is " + ast.getResultType().name() + ", and has to be " + words + ": " + source.strip());
            }
            var equalities = new HashMap<String, Set<String>>();
            collectEqualities(ast.getExpr(), equalities);
            Set<String> variables = CelNavigableAst.fromAst(ast)
                    .getRoot()
                    .allNodes()
                    .filter(node -> node.getKind() == CelExpr.ExprKind.Kind.IDENT)
                    .map(node -> node.expr().ident().name())
                    .filter(Facts.DECLARED::containsKey)
                    .collect(Collectors.toSet());
            return new Condition(source, RUNTIME.createProgram(ast), variables, equalities);
        } catch (CelValidationException | CelEvaluationException e) {
            throw new CompileException(1, String.valueOf(e.getMessage()));
        }
    }

    private static String words(CelIssue issue, String source) {
        int column = issue.getSourceLocation().getColumn();
        String at = "at " + issue.getSourceLocation().getLine() + ":" + (column + 1) + ": ";
        Matcher undeclared = UNDECLARED.matcher(issue.getMessage());
        if (!undeclared.matches()) {
            return at + issue.getMessage();
        }
        String name = undeclared.group(1);
        List<String> lines = source.lines().toList();
        int line = issue.getSourceLocation().getLine() - 1;
        String rest = line < lines.size() && column < lines.get(line).length()
                ? lines.get(line).substring(column)
                : "";
        Matcher written = Pattern.compile(Pattern.quote(name) + "(\\.\\w+)?").matcher(rest);
        String whole = written.find() ? written.group() : name;
        List<String> near = Facts.DECLARED.keySet().stream()
                .filter(known -> known.startsWith(name + "."))
                .toList();
        return at + "there is no '" + whole + "'; there is "
                + String.join(", ", near.isEmpty() ? Facts.DECLARED.keySet() : near);
    }

    /** What has to hold for the whole to be true: {@code name == "text"} and {@code name in ["a", "b"]} joined by and. */
    private static void collectEqualities(CelExpr expr, Map<String, Set<String>> into) {
        if (expr.getKind() != CelExpr.ExprKind.Kind.CALL) {
            return;
        }
        CelExpr.CelCall call = expr.call();
        if (call.function().equals("_&&_")) {
            call.args().forEach(arg -> collectEqualities(arg, into));
        } else if (call.function().equals("_==_")) {
            CelExpr left = call.args().get(0);
            CelExpr right = call.args().get(1);
            if (isName(left) && isText(right)) {
                into.putIfAbsent(left.ident().name(), Set.of(right.constant().stringValue()));
            } else if (isText(left) && isName(right)) {
                into.putIfAbsent(right.ident().name(), Set.of(left.constant().stringValue()));
            }
        } else if (call.function().equals("@in") && isName(call.args().get(0))) {
            CelExpr list = call.args().get(1);
            if (list.getKind() == CelExpr.ExprKind.Kind.LIST
                    && list.list().elements().stream().allMatch(Condition::isText)) {
                var values = new LinkedHashSet<String>();
                list.list()
                        .elements()
                        .forEach(element -> values.add(element.constant().stringValue()));
                into.putIfAbsent(call.args().get(0).ident().name(), values);
            }
        }
    }

    private static boolean isName(CelExpr expr) {
        return expr.getKind() == CelExpr.ExprKind.Kind.IDENT;
    }

    private static boolean isText(CelExpr expr) {
        return expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && expr.constant().getKind() == CelConstant.Kind.STRING_VALUE;
    }

    /** Returns the expression as it was written. */
    String source() {
        return source;
    }

    /** Returns the facts that it looks at. */
    Set<String> variables() {
        return variables;
    }

    /** Returns, by fact, the values outside of which it cannot be true. */
    Map<String, Set<String>> equalities() {
        return equalities;
    }

    /**
     * Tells whether it holds.
     *
     * @throws CelEvaluationException if it cannot be evaluated, because an argument that it reads is not there, say
     */
    boolean holds(Facts facts) throws CelEvaluationException {
        return Boolean.TRUE.equals(program.eval(facts));
    }

    /**
     * Tells whether it holds whatever a call of that agent and tool is like otherwise.
     *
     * @return empty if that depends on the call
     * @throws CelEvaluationException if it cannot be evaluated
     */
    Optional<Boolean> holdsWhatever(Facts facts) throws CelEvaluationException {
        Object value = program.eval(PartialVars.of(facts, OF_A_SINGLE_CALL));
        return value instanceof CelUnknownSet ? Optional.empty() : Optional.of(Boolean.TRUE.equals(value));
    }

    /**
     * Returns the number that it stands for.
     *
     * @throws CelEvaluationException if it cannot be evaluated, or is no finite number from 0 on
     */
    double amount(Facts facts) throws CelEvaluationException {
        Object value = program.eval(facts);
        if (value instanceof Number number && Double.isFinite(number.doubleValue()) && number.doubleValue() >= 0) {
            return number.doubleValue();
        }
        throw new CelEvaluationException("it is " + value + ", and has to be a number from 0 on");
    }
}
