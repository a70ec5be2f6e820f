package io.openclaw.gateway.vetting.core.tool;

import java.util.ArrayList;
import java.util.List;

/** Reads a GraphQL document far enough to name the fields that it asks a server to change. */
final class GraphQl {
    private static final int MAX_FIELDS = 200;

    private GraphQl() {}

    /** Tells whether a text begins like a document that changes something. */
    static boolean isMutation(String text) {
        int i = 0;
        while (i < text.length() && i < 2_000) {
            char c = text.charAt(i);
            if (c == '#') {
                int newline = text.indexOf('\n', i);
                i = newline < 0 ? text.length() : newline;
            } else if (Character.isWhitespace(c) || c == ',' || c == '\uFEFF') {
                i++;
            } else {
                break;
            }
        }
        return (text.startsWith("mutation", i) && isEnd(text, i + 8))
                || (text.startsWith("fragment ", i) && text.contains("mutation"))
                || (text.startsWith("query", i) && isEnd(text, i + 5) && text.contains("mutation"));
    }

    private static boolean isEnd(String text, int at) {
        boolean end = at >= text.length() || !(Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_');
        return end && text.indexOf('{', at) >= 0;
    }

    /** Returns the fields at the first level of the document's mutations and fragments, without aliases and arguments. */
    static List<String> changes(String document) {
        List<String> fields = new ArrayList<>();
        // An inline fragment, "... on Mutation {", is one level more.
        int deepest = document.contains("...") ? 2 : 1;
        int braces = 0;
        int parentheses = 0;
        boolean query = false;
        String operation = null;
        int i = 0;
        while (i < document.length() && fields.size() < MAX_FIELDS) {
            char c = document.charAt(i);
            if (c == '#') {
                int newline = document.indexOf('\n', i);
                i = newline < 0 ? document.length() : newline;
            } else if (c == '"') {
                i = stringEnd(document, i);
            } else if (Character.isLetter(c) || c == '_') {
                int start = i;
                while (i < document.length()
                        && (Character.isLetterOrDigit(document.charAt(i)) || document.charAt(i) == '_')) {
                    i++;
                }
                String name = document.substring(start, i);
                if (braces == 0 && operation == null && parentheses == 0) {
                    operation = name;
                    query = name.equals("query") || name.equals("subscription");
                } else if (braces >= 1
                        && braces <= deepest
                        && parentheses == 0
                        && !query
                        && !isAlias(document, i)
                        && !isSpread(document, start)) {
                    fields.add(name);
                }
            } else {
                braces += c == '{' ? 1 : c == '}' ? -1 : 0;
                parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (c == '}' && braces <= 0) {
                    braces = 0;
                    operation = null;
                    query = false;
                }
                i++;
            }
        }
        return fields;
    }

    private static boolean isAlias(String document, int end) {
        int i = end;
        while (i < document.length() && Character.isWhitespace(document.charAt(i))) {
            i++;
        }
        return i < document.length() && document.charAt(i) == ':';
    }

    private static boolean isSpread(String document, int start) {
        int i = start - 1;
        while (i >= 0 && Character.isWhitespace(document.charAt(i))) {
            i--;
        }
        return i >= 0 && (document.charAt(i) == '.' || document.charAt(i) == '@' || document.charAt(i) == '$');
    }

    private static int stringEnd(String document, int at) {
        if (document.startsWith("\"\"\"", at)) {
            int close = document.indexOf("\"\"\"", at + 3);
            return close < 0 ? document.length() : close + 3;
        }
        int i = at + 1;
        while (i < document.length() && document.charAt(i) != '"' && document.charAt(i) != '\n') {
            i += document.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(document.length(), i + 1);
    }
}
