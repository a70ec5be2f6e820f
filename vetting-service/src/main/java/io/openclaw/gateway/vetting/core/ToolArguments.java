package io.openclaw.gateway.vetting.core;

import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.core.shell.Reading;
import io.openclaw.gateway.vetting.core.shell.ShellReader;
import io.openclaw.gateway.vetting.core.shell.SqlStatements;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads a call's arguments by what they are: commands, code, paths, addresses, SQL, recipients. The names of an argument and
 * its tool say which; a text that they say nothing about is read as whatever it looks like.
 */
final class ToolArguments {
    private static final Set<String> COMMAND =
            Set.of("command", "cmd", "script", "shell", "commandline", "bash", "exec", "run");
    private static final Set<String> CODE = Set.of("code", "source", "program", "snippet");
    private static final Set<String> PATH = Set.of(
            "path",
            "file",
            "filepath",
            "filename",
            "directory",
            "dir",
            "target",
            "source",
            "destination",
            "from",
            "folder",
            "cwd",
            "workdir",
            "paths",
            "files",
            "uri",
            "notebookpath");
    private static final Set<String> ADDRESS =
            Set.of("url", "uri", "href", "endpoint", "link", "address", "baseurl", "urls", "targeturl", "webhook");
    private static final Set<String> SQL = Set.of("sql", "query", "statement", "queries");
    private static final Set<String> RECIPIENT =
            Set.of("to", "recipient", "recipients", "cc", "bcc", "channel", "chatid", "phone");
    private static final Set<String> PROSE = Set.of(
            "content",
            "text",
            "body",
            "message",
            "prompt",
            "description",
            "title",
            "subject",
            "summary",
            "newtext",
            "oldtext",
            "newstring",
            "oldstring",
            "intent",
            "reason",
            "pattern",
            "search",
            "name",
            "q",
            "language",
            "id",
            "note",
            "markdown",
            "html",
            "task",
            "question",
            "instructions",
            "sessionkey");
    private static final int MOST_TEXTS = 500;
    private static final int MOST_CHARACTERS = 256 * 1024;

    private final ShellReader shell;
    private final String tool;
    private final List<Invocation> commands = new ArrayList<>();
    /** What was found in texts of which nobody knows whether they are commands: a deny counts, a doubt does not. */
    private final List<Invocation> guessed = new ArrayList<>();

    private final List<String> doubts = new ArrayList<>();
    private @Nullable String language;
    private int texts;
    private int characters;

    ToolArguments(ShellReader shell, String tool) {
        this.shell = shell;
        this.tool = tool.toLowerCase(Locale.ROOT);
    }

    List<Invocation> commands() {
        return commands;
    }

    List<Invocation> guessed() {
        return guessed;
    }

    List<String> doubts() {
        return doubts;
    }

    void read(JsonNode arguments) {
        JsonNode named = arguments.get("language");
        language = named != null && named.isString() ? named.asString() : null;
        read("", arguments, 0);
    }

    private void read(String name, JsonNode value, int depth) {
        if (depth > 50) {
            doubts.add("its arguments are nested more deeply than 50 levels");
            return;
        }
        if (value.isObject()) {
            value.properties().forEach(entry -> {
                if (looksLikeCommand(entry.getKey())) {
                    text("", entry.getKey());
                }
                read(entry.getKey(), entry.getValue(), depth + 1);
            });
            JsonNode command = value.get("command");
            JsonNode rest = value.get("args");
            if (command != null && command.isString() && rest != null && rest.isArray()) {
                List<String> words = new ArrayList<>();
                words.add(command.asString());
                rest.forEach(word -> words.add(word.asString()));
                add(shell.read(words));
            }
        } else if (value.isArray()) {
            if (COMMAND.contains(plain(name)) && isWords(value)) {
                List<String> words = new ArrayList<>();
                value.forEach(word -> words.add(word.asString()));
                add(shell.read(words));
                return;
            }
            value.forEach(element -> read(name, element, depth + 1));
        } else if (value.isString()) {
            String text = value.asString();
            boolean read = texts <= MOST_TEXTS && characters <= MOST_CHARACTERS;
            texts++;
            characters += PROSE.contains(plain(name)) ? 0 : text.length();
            if (texts <= MOST_TEXTS && characters <= MOST_CHARACTERS) {
                text(name, text);
            } else if (read) {
                doubts.add("it has more than " + MOST_TEXTS + " texts or " + MOST_CHARACTERS + " characters to read");
            }
        }
    }

    private static boolean looksLikeCommand(String name) {
        return name.indexOf(' ') > 0;
    }

    private static boolean isWords(JsonNode array) {
        for (JsonNode element : array) {
            if (!element.isString()) {
                return false;
            }
        }
        return !array.isEmpty() && array.get(0).asString().indexOf(' ') < 0;
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    private void text(String name, String text) {
        String plain = plain(name);
        if (COMMAND.contains(plain)) {
            add(shell.read(text));
        } else if (CODE.contains(plain)
                && (toolIs("exec", "run", "code", "python", "node", "eval", "interpreter") || plain.equals("code"))) {
            String of = language != null ? language : toolIs("node", "javascript") ? "node" : "python";
            if (of.equals("bash") || of.equals("sh") || of.equals("shell")) {
                add(shell.read(text));
            } else {
                add(shell.readCode(of, text));
            }
        } else if ((text.contains("://") && text.indexOf(' ') < 0) || ADDRESS.contains(plain)) {
            commands.add(Invocation.of(
                    text.startsWith("file:") && PATH.contains(plain) ? ":read" : ":fetch",
                    List.of(new Argument(text, 0))));
        } else if (SQL.contains(plain)
                && (SqlStatements.looksLike(text) || toolIs("sql", "query", "database", "db", "postgres", "mysql"))) {
            commands.addAll(SqlStatements.read(text));
        } else if (RECIPIENT.contains(plain) && sends()) {
            List<Argument> recipients = new ArrayList<>();
            for (String recipient : text.split("[,;]", -1)) {
                recipients.add(new Argument(recipient.strip(), 0));
            }
            commands.add(Invocation.of(":message", recipients));
        } else if (PATH.contains(plain)) {
            commands.add(Invocation.of(pathVerb(), List.of(new Argument(text, 0))));
        } else if (PROSE.contains(plain)) {
            commands.add(Invocation.of(sends() ? ":send" : ":text", List.of(new Argument(text, 0))));
        } else {
            guess(text);
        }
    }

    private boolean sends() {
        return toolIs(
                "send",
                "message",
                "mail",
                "post",
                "notify",
                "slack",
                "whatsapp",
                "sms",
                "telegram",
                "publish",
                "upload");
    }

    private void guess(String text) {
        if (text.indexOf(' ') < 0 && (text.startsWith("/") || text.startsWith("~") || text.startsWith(".."))) {
            guessed.add(Invocation.of(":read", List.of(new Argument(text, 0))));
        } else if (text.indexOf(' ') > 0) {
            guessed.addAll(shell.read(text).commands());
        }
    }

    private String pathVerb() {
        if (toolIs("delete", "remove", "rm", "unlink", "trash")) {
            return ":delete";
        }
        return toolIs(
                        "write", "edit", "create", "append", "patch", "save", "move", "rename", "upload", "mkdir",
                        "put", "touch", "replace")
                ? ":write"
                : ":read";
    }

    private boolean toolIs(String... words) {
        for (String word : words) {
            if (tool.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private void add(Reading reading) {
        commands.addAll(reading.commands());
        doubts.addAll(reading.doubts());
    }
}
