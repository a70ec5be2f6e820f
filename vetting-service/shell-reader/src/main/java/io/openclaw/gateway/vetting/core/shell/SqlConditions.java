package io.openclaw.gateway.vetting.core.shell;

import io.openclaw.gateway.vetting.core.shell.SqlTokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells whether the condition of a statement limits it: {@code 1=1}, {@code id > 0} and {@code name LIKE '%'} do not. */
final class SqlConditions {
    private static final Set<String> AFTER = Set.of("returning", "order", "limit", "option", "group", "having", "with");
    private static final Set<String> LENGTHS =
            Set.of("length", "len", "char_length", "abs", "datalength", "octet_length");

    private SqlConditions() {}

    static boolean isLimited(List<Token> statement) {
        int where = -1;
        for (int i = 0; i < statement.size() && where < 0; i++) {
            where = statement.get(i).isWord() && statement.get(i).text().equals("where") ? i : -1;
        }
        if (where < 0) {
            return false;
        }
        List<Token> condition = new ArrayList<>();
        for (int i = where + 1; i < statement.size(); i++) {
            Token word = statement.get(i);
            if (word.isWord() && AFTER.contains(word.text())) {
                break;
            }
            condition.add(word);
        }
        return !isAlwaysTrue(condition);
    }

    /** True if one alternative is true whatever the row, for all its parts are. */
    private static boolean isAlwaysTrue(List<Token> condition) {
        boolean all = true;
        int start = 0;
        for (int i = 0; i <= condition.size(); i++) {
            String word = i < condition.size() && condition.get(i).isWord()
                    ? condition.get(i).text()
                    : "";
            boolean or = i == condition.size() || word.equals("or") || word.equals("||");
            if (or || word.equals("and") || word.equals("&&")) {
                all &= isTrue(condition.subList(start, i));
                start = i + 1;
                if (or && all) {
                    return true;
                }
                all = or || all;
            }
        }
        return false;
    }

    private static boolean isTrue(List<Token> given) {
        List<Token> part = given;
        if (part.size() > 1 && part.getFirst().text().equals("not")) {
            List<Token> rest = part.subList(1, part.size());
            return rest.size() == 1
                    && (rest.getFirst().text().equals("false")
                            || rest.getFirst().text().equals("0"));
        }
        if (part.size() > 3 && LENGTHS.contains(part.getFirst().text())) {
            return isTrue(List.of(new Token("id", SqlTokens.Kind.WORD), part.get(part.size() - 2), part.getLast()));
        }
        if (isKnownTrue(part)) {
            return true;
        }
        return switch (part.size()) {
            case 0 -> true;
            case 1 -> part.getFirst().text().equals("true") || isNonZero(part.getFirst());
            case 3 -> isTrue(part.get(0), part.get(1).text(), part.get(2));
            case 4 ->
                part.get(1).text().equals("is")
                        && part.get(2).text().equals("not")
                        && part.get(3).text().equals("null");
            default -> false;
        };
    }

    private static boolean isNonZero(Token token) {
        Double number = number(token);
        return number != null && number != 0;
    }

    private static boolean isTrue(Token left, String operator, Token right) {
        Double one = number(left);
        Double other = number(right);
        boolean constants = isConstant(left) && isConstant(right);
        if (constants && one != null && other != null) {
            int order = Double.compare(one, other);
            return switch (operator) {
                case "=", "==", "is" -> order == 0;
                case "<>", "!=" -> order != 0;
                case "<" -> order < 0;
                case "<=" -> order <= 0;
                case ">" -> order > 0;
                case ">=" -> order >= 0;
                case "in", "like" -> order == 0;
                default -> false;
            };
        }
        if (constants && (operator.equals("<>") || operator.equals("!="))) {
            return !left.text().equals(right.text());
        }
        boolean same = left.text().equals(right.text()) && left.kind() == right.kind();
        return switch (operator) {
                    case "=", "==", ">=", "<=", "like", "in" ->
                        same || (operator.equals("like") && right.text().matches("%+"));
                    case ">", "<>", "!=", "between" ->
                        isKey(left) && (other == null ? right.text().isEmpty() : other <= 1);
                    case "is" -> left.text().equals("true") && right.text().equals("true");
                    case "~", "regexp", "rlike" -> right.text().matches("\\^?(\\.\\*)?\\$?");
                    default -> false;
                }
                || (operator.equals(">=") && isKey(left) && other != null && other <= 1);
    }

    /** {@code exists (select 1)}, {@code 1 in (1, 2)}. */
    private static boolean isKnownTrue(List<Token> part) {
        if (part.size() < 3) {
            return false;
        }
        if (part.getFirst().text().equals("exists")) {
            return part.size() == 3 && isConstant(part.getLast());
        }
        return isConstant(part.getFirst())
                && part.get(1).text().equals("in")
                && part.subList(2, part.size()).contains(part.getFirst());
    }

    private static boolean isConstant(Token token) {
        return token.isLiteral() || number(token) != null;
    }

    /** A column that every row has a value of its own in. */
    private static boolean isKey(Token token) {
        String name = token.text().substring(token.text().lastIndexOf('.') + 1);
        return name.equals("id")
                || name.endsWith("_id")
                || name.equals("_id")
                || name.equals("rowid")
                || name.equals("pk")
                || name.equals("uuid")
                || name.equals("ctid");
    }

    private static @Nullable Double number(Token token) {
        String text = token.text();
        if (text.isEmpty() || text.length() > 20 || !(Character.isDigit(text.charAt(0)) || text.charAt(0) == '-')) {
            return null;
        }
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
