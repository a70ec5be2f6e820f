package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Programs;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a tool does, as far as its name says. Vetting sees a call, not the tool's definition, so the words of the name decide;
 * the tools of an OpenClaw worker are named by such words, too.
 *
 * @param words the words of its name
 * @param effects what it does
 * @param program the program that it is named after, such as {@code git}; {@code null} if there is none
 * @param subcommand the words of the name behind the program's
 */
record ToolProfile(
        List<String> words, Set<Effect> effects, @Nullable String program, List<String> subcommand) {
    private static final Set<String> SHELL = Names.set("""
            exec shell bash sh zsh terminal command commands cmd powershell pwsh subprocess ssh console tmux pty tty cli
            process script scripts spawn iterm iterm2 kitty xterm
            """);
    private static final Set<String> START = Names.set("""
            run runs execute invoke call launch start eval evaluate dispatch nodes execution executor compile
            """);
    private static final Set<String> CODE = Names.set("""
            python javascript js ruby perl php lua interpreter jupyter ipython repl
            """);
    /** Words of tools that run code if they say that they run something, and else only keep it. */
    private static final Set<String> CODE_IF_STARTED = Names.set("""
            code node cell cells notebook kernel sandbox snippet eval evaluate
            """);

    private static final Set<String> SQL = Names.set("""
            sql database db postgres postgresql pg mysql mariadb sqlite mssql sqlserver oracle bigquery bq snowflake
            redshift clickhouse duckdb supabase neon athena spanner trino presto cockroach cockroachdb databricks cql
            cassandra d1 motherduck mongodb mongo migration migrations
            """);
    private static final Set<String> GRAPHQL = Set.of("graphql", "gql");
    private static final Set<String> FETCH = Names.set("""
            http https fetch request requests rest curl wget browser browse navigate goto crawl scrape scraper webhook api
            url download visit screenshot axios
            """);
    private static final Set<String> SEND = Names.set("""
            send message messages mail email post notify slack whatsapp sms telegram publish upload share reply discord
            teams gmail tweet chat attach
            """);
    /** Verbs of tools that do nothing with a text but look for it, at it, or keep it. */
    private static final Set<String> TEXT = Names.set("""
            search find grep rg lookup retrieve recall ask explain summarize summarise translate analyze analyse lint format
            validate parse highlight check classify think thinking sequentialthinking thought reason reflect memory memorize
            remember note notes label labels tag tags comment comments regex regexp review describe suggest todo todos
            entities entity observations observation relations knowledge journal diary issue issues ticket tickets wiki
            confluence doc docs documentation question complete tokenize count embed embedding embeddings plan feedback log
            history detect scan moderate draft render convert tts speak say logs metrics traces prometheus loki splunk
            datadog grafana kusto dashboard analytics sentry newrelic
            """);

    /** First words of tools that look for a command, or say what one does. */
    private static final Set<String> ABOUT = Names.set("""
            search find grep rg lookup explain describe summarize summarise translate lint format highlight parse classify
            """);

    private static final Set<String> DELETE = Names.set("""
            delete remove rm unlink rmdir rmtree rimraf trash erase destroy wipe purge del shred deltree clear clean empty
            prune
            """);
    private static final Set<String> MOVE = Set.of("move", "rename", "mv", "relocate");
    private static final Set<String> COPY = Set.of("copy", "cp", "duplicate", "clone", "backup", "link", "symlink");
    private static final Set<String> PERMIT =
            Set.of("chmod", "chown", "chgrp", "permission", "permissions", "acl", "chattr", "setfacl");
    private static final Set<String> WRITE = Names.set("""
            write edit create append patch save put touch replace mkdir modify update insert overwrite store set add make
            editor upload download extract unzip export truncate prepend apply multiedit
            """);
    private static final Set<String> PATCH = Set.of("patch", "diff");
    private static final Set<String> SCHEDULE = Set.of("cron", "crontab", "schedule", "scheduler", "scheduled", "at");
    /** What may stand beside a program's name in a tool's name without being a subcommand. */
    private static final Set<String> FILLING = Names.set("""
            command commands cmd cli run exec execute tool mcp call invoke shell raw
            """);

    private static final Map<String, String> PROGRAM_OF = Map.of(
            "redis", "redis-cli",
            "valkey", "valkey-cli",
            "k8s", "kubectl",
            "kubernetes", "kubectl",
            "opentofu", "tofu",
            "compose", "docker-compose",
            "powershell", "pwsh");

    /** Reads a tool's name, and what its {@code action} or {@code operation} says. */
    static ToolProfile of(String tool, @Nullable String action, Programs programs) {
        List<String> words = new ArrayList<>(Names.words(tool));
        int own = words.size();
        if (action != null) {
            words.addAll(Names.words(action));
        }
        Set<Effect> effects = EnumSet.noneOf(Effect.class);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            // "http_get", not "get_web_page"; "log" a text, not the program.
            add(effects, word, SHELL, Effect.RUN);
            add(effects, word, START, Effect.START);
            add(effects, word, CODE, Effect.CODE);
            add(effects, word, SQL, Effect.SQL);
            add(effects, word, GRAPHQL, Effect.GRAPHQL);
            add(effects, word, FETCH, Effect.FETCH);
            add(effects, word, SEND, Effect.SEND);
            add(effects, word, PATCH, Effect.PATCH);
            add(effects, word, SCHEDULE, Effect.SCHEDULE);
            add(effects, word, TEXT, Effect.TEXT);
            add(effects, word, DELETE, Effect.DELETE);
            add(effects, word, MOVE, Effect.MOVE);
            add(effects, word, COPY, Effect.COPY);
            add(effects, word, PERMIT, Effect.PERMIT);
            add(effects, word, WRITE, Effect.WRITE);
        }
        if (effects.contains(Effect.START) && words.stream().anyMatch(CODE_IF_STARTED::contains)) {
            effects.add(Effect.CODE);
        }
        if (effects.contains(Effect.RUN) && words.contains("search") && !startsToRun(words)) {
            effects.remove(Effect.RUN);
        }
        int at = program(words.subList(0, own), programs);
        String program = at < 0 ? null : PROGRAM_OF.getOrDefault(words.get(at), words.get(at));
        List<String> subcommand = new ArrayList<>();
        for (int i = at + 1; program != null && i < words.size(); i++) {
            if (!FILLING.contains(words.get(i)) || i > own) {
                subcommand.add(words.get(i));
            }
        }
        return new ToolProfile(List.copyOf(words), effects, program, List.copyOf(subcommand));
    }

    private static void add(Set<Effect> effects, String word, Set<String> words, Effect effect) {
        if (words.contains(word)) {
            effects.add(effect);
        }
    }

    private static boolean startsToRun(List<String> words) {
        return !words.isEmpty() && (START.contains(words.getFirst()) || SHELL.contains(words.getFirst()));
    }

    /** Returns where a program's name stands: first, or behind words such as {@code run}; -1 if nowhere. */
    private static int program(List<String> words, Programs programs) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (programs.tagged(PROGRAM_OF.getOrDefault(word, word), "tool-program")) {
                return i;
            }
            if (!FILLING.contains(word)) {
                return -1;
            }
        }
        return -1;
    }

    boolean does(Effect effect) {
        return effects.contains(effect);
    }

    /** Tells whether texts are all that it is about: it runs nothing, whatever its texts look like. */
    boolean isOnlyText() {
        if (!does(Effect.TEXT)) {
            return false;
        }
        String first = words.getFirst();
        return TEXT.contains(first)
                || !(does(Effect.RUN) || does(Effect.START) || does(Effect.CODE) || does(Effect.SQL));
    }

    /** Tells whether even a command is a text to the tool, which looks for it or says what it does. */
    boolean isAboutCommands() {
        return isOnlyText() && ABOUT.contains(words.getFirst());
    }

    /** Tells whether one of some words is in its name. */
    boolean says(String... anyOf) {
        for (String word : anyOf) {
            if (words.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
