package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Programs;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a tool does, as far as its name says. Vetting sees a call, not the tool's definition, so the words of the name decide;
 * the tools of an OpenClaw worker are named by such words, too.
 *
 * @param words the words of its name
 * @param own how many of the words are the name's own; the rest is what its action says
 * @param effects what it does
 * @param program the program that it is named after, such as {@code git}; {@code null} if there is none
 * @param subcommand the words of the name behind the program's
 */
record ToolProfile(
        List<String> words,
        int own,
        Set<Effect> effects,
        @Nullable String program,
        List<String> subcommand) {
    private static final Set<String> SHELL = Names.set("""
            exec shell bash sh zsh cmd powershell pwsh subprocess ssh tmux pty tty iterm iterm2 kitty xterm
            """);
    /** Shells, too, unless the tool looks for something, or documents it: {@code cli_docs}. */
    private static final Set<String> SHELL_PLACES = Names.set("terminal command commands console cli");
    /** Shells only alone or beside words of running: {@code start_process}, not {@code process_text}. */
    private static final Set<String> SHELL_IF_STARTED = Names.set("process script scripts spawn");

    private static final Set<String> BESIDE_PROCESS = Names.set("""
            interact with write send input paste keys manager tool to and stdin background create new desktop commander os
            """);
    private static final Set<String> START = Names.set("""
            run runs execute invoke call launch start eval evaluate dispatch nodes execution executor compile
            """);
    private static final Set<String> CODE = Names.set("""
            python javascript js ruby perl php lua interpreter jupyter ipython repl
            """);
    /** Words of tools that run code if they say that they run something, and else only keep it. */
    private static final Set<String> CODE_IF_STARTED = Names.set("""
            code node cell cells notebook kernel sandbox snippet eval
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
            validate parse highlight check classify help reference palette chat rewrite think thinking sequentialthinking thought reason reflect memory memorize
            remember note notes label labels tag tags comment comments regex regexp review describe suggest todo todos
            entities entity observations observation relations knowledge journal diary issue issues ticket tickets wiki
            confluence doc docs documentation question complete tokenize count embed embedding embeddings plan feedback log
            history detect scan moderate draft render convert tts speak say logs metrics traces prometheus loki splunk
            datadog grafana kusto dashboard analytics sentry newrelic
            """);

    /** Words of tools that look for something or document it, even if they name a shell or a database beside it. */
    private static final Set<String> LOOKS = Names.set("""
            search find grep rg lookup retrieve recall explain describe summarize summarise translate help doc docs
            documentation reference history palette highlight chat wiki knowledge memory remember note notes issues rewrite
            """);
    /** First or last words of tools that look for a command, or say what one does. */
    private static final Set<String> ABOUT = Names.set("""
            search find grep rg lookup explain describe summarize summarise translate lint format highlight parse classify
            help doc docs documentation reference history palette suggest
            """);
    /** First or last words of tools that read SQL or code and send it to nobody. */
    private static final Set<String> INSPECTS = Names.set("""
            explain lint format highlight parse classify validate review translate summarize summarise describe suggest
            """);
    /** Last words of tools that are a shell, whatever stands before them: {@code docs_shell} is no documentation. */
    private static final Set<String> SHELLS = Names.set("exec shell bash sh zsh powershell pwsh tmux");
    /** First words of tools that take what the last word names as a text: {@code explain_bash}. */
    private static final Set<String> TAKES = Names.set("""
            explain describe summarize summarise translate lint format highlight parse classify suggest rewrite help
            """);
    /** Verbs and last words of tools that keep a text about something that happened: {@code report_incident}. */
    private static final Set<String> KEEPS = Names.set("""
            report create add open file log record raise submit save store update edit new post
            """);

    private static final Set<String> RECORDS = Names.set("""
            incident incidents ticket tickets issue issues case cases testcase testcases bug bugs finding findings alert
            alerts postmortem note notes todo todos feedback comment comments
            """);
    /** Last words of tools that keep what people say about a database, rather than speak to it. */
    private static final Set<String> SAID = Names.set("""
            feedback comment comments note notes issue issues ticket tickets doc docs documentation review reviews survey
            suggestion suggestions rating ratings faq
            """);

    /** Verbs by which a tool does more than it says beside them: {@code explain_and_run}. */
    private static final Set<String> ACTS = Names.set("""
            exec run runs execute execution executor invoke launch eval apply migrate subprocess spawn
            """);
    /** Programs that a tool of just that name may be given arguments for. */
    private static final Set<String> NAMED = Names.set("""
            ssh scp curl wget find grep rg sed awk xargs psql mysql sqlite3 mongosh npx uvx pipx bash sh zsh make vim vi ed
            rm mv cp dd chmod chown ln tee env sudo docker python python3 node perl ruby php rsync nc ncat socat pwsh
            powershell cmd osascript kill pkill mount umount iptables openssl fd
            """);

    /** Words of tools that call other tools, and words that stand beside them. */
    private static final Set<String> CALLS = Names.set("""
            tool tools mcp multi parallel function functions action call invoke dispatch
            """);

    private static final Set<String> WRAPS = Names.set("""
            tool tools mcp use batch multi parallel function functions action proxy gateway router meta by name server
            """);
    private static final Set<String> QUERY_VERBS = Names.set("""
            query queries read write select raw do perform tool mcp execute run list
            """);
    /** {@code movefile}: verbs and nouns that are written together. */
    private static final Pattern JOINED = Pattern.compile(
            "(move|rename|remove|delete|copy|write|edit|read|run|exec|execute|create|drop|unlink|trash|erase)"
                    + "(files?|folders?|director(?:y|ies)|dirs?|paths?|tree|table|database|shell|script|command|code|python|sql|query)"
                    + "|(shell|sql|db)(exec|query|run)");

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
        List<String> words = new ArrayList<>();
        for (String word : Names.words(tool)) {
            var joined = JOINED.matcher(word);
            words.addAll(joined.matches() ? parts(joined) : List.of(word));
        }
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
            if (i < own) {
                // An action may be a decoy: it adds effects, and never takes one away.
                add(effects, word, TEXT, Effect.TEXT);
            }
            add(effects, word, DELETE, Effect.DELETE);
            add(effects, word, MOVE, Effect.MOVE);
            add(effects, word, COPY, Effect.COPY);
            add(effects, word, PERMIT, Effect.PERMIT);
            add(effects, word, WRITE, Effect.WRITE);
        }
        if (effects.contains(Effect.START) && words.stream().anyMatch(CODE_IF_STARTED::contains)) {
            effects.add(Effect.CODE);
        }
        List<String> ownWords = words.subList(0, own);
        boolean acts = ownWords.stream().anyMatch(ACTS::contains);
        boolean looks = ownWords.stream().anyMatch(LOOKS::contains) && !acts && !isShell(ownWords);
        if (looks) {
            effects.remove(Effect.RUN);
        } else if (ownWords.stream().anyMatch(SHELL_PLACES::contains) || startsProcess(ownWords)) {
            effects.add(Effect.RUN);
        }
        if (ownWords.contains("oracle") && !acts && !ownWords.contains("sql") && !ownWords.contains("query")) {
            effects.remove(Effect.SQL);
        }
        int at = program(words.subList(0, own), programs);
        String program = at < 0 ? null : PROGRAM_OF.getOrDefault(words.get(at), words.get(at));
        List<String> subcommand = new ArrayList<>();
        for (int i = at + 1; program != null && i < words.size(); i++) {
            if (!FILLING.contains(words.get(i)) || i > own) {
                subcommand.add(words.get(i));
            }
        }
        return new ToolProfile(List.copyOf(words), own, effects, program, List.copyOf(subcommand));
    }

    private static List<String> parts(Matcher joined) {
        return joined.group(1) != null
                ? List.of(joined.group(1), joined.group(2))
                : List.of(joined.group(3), joined.group(4));
    }

    private static void add(Set<Effect> effects, String word, Set<String> words, Effect effect) {
        if (words.contains(word)) {
            effects.add(effect);
        }
    }

    private static boolean startsProcess(List<String> words) {
        return words.stream().anyMatch(SHELL_IF_STARTED::contains)
                && (words.stream().anyMatch(word -> START.contains(word) || SHELL.contains(word))
                        || words.stream()
                                .allMatch(word -> SHELL_IF_STARTED.contains(word)
                                        || BESIDE_PROCESS.contains(word)
                                        || FILLING.contains(word)));
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

    /** Tells whether even a command is a text to the tool, which looks for it or says what it does. */
    boolean isAboutCommands() {
        return program == null
                && namedProgram() == null
                && !isShell(words.subList(0, own))
                && (isBeside(ABOUT) || keepsRecords());
    }

    /** Tells whether the last word, which says what a thing is, names a shell. */
    private static boolean isShell(List<String> name) {
        return name.size() > 1 && SHELLS.contains(name.getLast()) && !TAKES.contains(name.getFirst());
    }

    private boolean keepsRecords() {
        List<String> name = words.subList(0, own);
        return name.size() > 1
                && RECORDS.contains(name.getLast())
                && name.stream().anyMatch(KEEPS::contains)
                && name.stream().noneMatch(ACTS::contains)
                && !does(Effect.RUN);
    }

    /** Tells whether it keeps what people say: {@code mongodb_feedback}. */
    boolean keepsWhatIsSaid() {
        return own > 1 && SAID.contains(words.get(own - 1));
    }

    /** Tells whether even SQL or code is a text to the tool. */
    boolean inspects() {
        return isBeside(INSPECTS);
    }

    private boolean isBeside(Set<String> verbs) {
        List<String> name = words.subList(0, own);
        return !name.isEmpty()
                && (verbs.contains(name.getFirst()) || verbs.contains(name.getLast()))
                && name.stream().noneMatch(ACTS::contains);
    }

    /** Tells whether a query is a text although a database is named: {@code mysql_docs}, not {@code search_sql}. */
    boolean looks() {
        List<String> name = words.subList(0, own);
        return name.stream().anyMatch(LOOKS::contains)
                && !name.contains("sql")
                && name.stream().noneMatch(ACTS::contains);
    }

    /** Tells whether it runs queries, of whatever: {@code read_query}, {@code dashboard_run_query}. */
    boolean runsQueries() {
        List<String> name = words.subList(0, own);
        return name.contains("query")
                && (name.stream().allMatch(QUERY_VERBS::contains)
                        || name.stream().anyMatch(ACTS::contains));
    }

    /** Tells whether its name says that it starts something, and not what: {@code run}, {@code call_tool}. */
    boolean startsAnything() {
        return does(Effect.START)
                && words.subList(0, own).stream().allMatch(word -> START.contains(word) || FILLING.contains(word));
    }

    /** Tells whether it calls another tool, which an argument names. */
    boolean callsTools() {
        return own > 0
                && !does(Effect.RUN)
                && words.subList(0, own).stream().anyMatch(CALLS::contains)
                && words.subList(0, own).stream()
                        .allMatch(word -> WRAPS.contains(word) || START.contains(word) || FILLING.contains(word));
    }

    /** Tells whether its commands are PowerShell's, or the Windows command prompt's; {@code run_cmd} says neither. */
    boolean isPowerShell() {
        return says("powershell", "pwsh") || words.subList(0, own).equals(List.of("cmd"));
    }

    /** Returns the program that is the tool's whole name, such as {@code find}; {@code null} if it is none. */
    @Nullable
    String namedProgram() {
        return own == 1 && NAMED.contains(words.getFirst()) ? words.getFirst() : null;
    }

    /** Tells whether a word deletes, moves or changes files. */
    static boolean changesFiles(String word) {
        return DELETE.contains(word) || MOVE.contains(word) || COPY.contains(word) || PERMIT.contains(word);
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
