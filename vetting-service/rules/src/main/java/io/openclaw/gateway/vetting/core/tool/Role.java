package io.openclaw.gateway.vetting.core.tool;

import java.util.List;
import java.util.Set;

/** What an argument is, as far as its name says. */
enum Role {
    COMMAND,
    PROGRAM,
    ARGUMENTS,
    SUBCOMMAND,
    CODE,
    LANGUAGE,
    PATH,
    SOURCE,
    DESTINATION,
    ADDRESS,
    HOST,
    METHOD,
    SQL,
    QUERY,
    RECIPIENT,
    DIRECTORY,
    ENVIRONMENT,
    INPUT,
    ATTACHMENT,
    PATCH,
    ACTION,
    FILTER,
    FLAG,
    /** A text for people, models or files: nothing runs it. */
    TEXT,
    /** Arguments inside an argument: an object, or JSON in a text. */
    WRAPPER,
    UNKNOWN;

    private static final Set<String> COMMANDS = Names.set("""
            command commands cmd cmds script scripts shell commandline cmdline bash sh exec execute run entrypoint oneliner
            powershell pwsh
            """);
    private static final Set<String> PROGRAMS = Set.of("program", "executable", "exe", "binary", "bin");
    /** The first of a program's arguments is its own name (POSIX exec). */
    private static final Set<String> FIRST_ARGUMENTS = Set.of("argv0", "arg0");

    private static final Set<String> ARGUMENTS_NAMES = Names.set("""
            args arg arguments argument argv params parameters argumentlist arglist commandargs cmdargs extraargs
            additionalargs commandarguments
            """);
    private static final Set<String> SUBCOMMANDS = Set.of("subcommand", "subcommands", "subcmd", "verb");
    private static final Set<String> CODES = Names.set("""
            code source snippet sourcecode javascript js python expression cellsource cell pythoncode jscode newsource
            function applescript
            """);
    /** Last words of names that say in what form something is given, and not what it is: {@code script_content}. */
    private static final Set<String> FORMS = Names.set("content contents text body str string source lines value list");

    private static final Set<String> LANGUAGES =
            Set.of("language", "lang", "runtime", "kernel", "interpreter", "kernelname");
    private static final Set<String> PATH_WORDS = Names.set("""
            path paths file files filename filenames filepath filepaths dir dirs directory directories folder folders
            pathname saveas dirname
            """);
    private static final Set<String> PATHS =
            Set.of("location", "target", "targets", "root", "saveto", "dirpath", "uri", "uris");
    private static final Set<String> SOURCES = Names.set("""
            source src from sources old oldname origin oldpath sourcepath srcpath frompath
            """);
    private static final Set<String> DESTINATIONS = Names.set("""
            destination dest dst to new newname target newpath destinationpath destpath topath dstpath targetpath
            """);
    private static final Set<String> ADDRESS_WORDS = Names.set("""
            url urls href endpoint endpoints link links baseurl webhook website site
            """);
    private static final Set<String> HOSTS =
            Set.of("host", "hostname", "ip", "ipaddress", "server", "domain", "address", "hosts", "authority");
    private static final Set<String> METHODS = Set.of("method", "httpmethod", "requestmethod", "verb");
    private static final Set<String> SQLS =
            Set.of("sql", "cql", "ddl", "dml", "statement", "statements", "plsql", "tsql");
    private static final Set<String> QUERIES =
            Set.of("query", "queries", "q", "mutation", "operation", "document", "gql", "cypher", "gremlin", "sparql");
    private static final Set<String> RECIPIENTS =
            Set.of("to", "recipient", "recipients", "cc", "bcc", "channel", "chatid", "phone");
    private static final Set<String> DIRECTORIES = Names.set("""
            cwd cd workdir workingdir workingdirectory workdirectory currentdirectory currentworkingdirectory chdir wd pwd
            startdirectory rundir execdir basedir basedirectory workpath workingpath workingfolder startin
            """);
    /** Names of a working directory in tools that run something; elsewhere they are paths. */
    private static final Set<String> WEAK_DIRECTORIES = Names.set("""
            dir directory folder path root repo repopath repository repositorypath projectpath projectdir projectdirectory
            workspace workspacepath projectroot rootdir location
            """);

    private static final Set<String> ENVIRONMENTS = Names.set("""
            env environ environment envs envvars environmentvariables environmentvars extraenv setenv variables vars
            envvariables additionalenv envvar exports
            """);
    private static final Set<String> INPUTS =
            Set.of("stdin", "standardinput", "stdininput", "input", "pipe", "heredoc");
    private static final Set<String> ATTACHMENTS = Names.set("""
            attachment attachments attach media mediaurl mediapath image images document documents upload uploads
            filestoattach video audio
            """);
    private static final Set<String> PATCHES =
            Set.of("patch", "diff", "patches", "patchtext", "patchcontent", "unifieddiff");
    private static final Set<String> ACTIONS = Set.of("action", "operation", "op", "actiontype", "operationtype");
    private static final Set<String> FILTERS =
            Set.of("filter", "where", "condition", "conditions", "criteria", "selector", "match");
    private static final Set<String> FLAGS = Set.of("recursive", "force", "recurse", "recursively");
    private static final Set<String> WRAPPERS = Names.set("""
            payload request options opts config body data json args arguments params parameters input inputs toolinput
            toolargs toolarguments paramsjson argsjson argumentsjson job task init spec definition
            """);
    private static final Set<String> TEXTS = Names.set("""
            content contents text texts message messages msg prompt description title subject summary str string intent
            reason pattern search name names q id note notes markdown html task question questions instructions instruction
            key thought thoughts fact facts observation observations label labels tag tags regex regexp sample samples
            findings finding comment comments reply answer keyword keywords term terms phrase topic topics goal goals plan
            review feedback rationale justification explanation caption alt placeholder status detail details hint hints
            example examples log logs report memory memories entry entries headline abstract transcript quote quotes
            replacement documentation docstring category categories annotation summaries body needle find replace heading
            type version branch author email date format model stdout stderr output purpose context paragraph paragraphs
            bullet bullets response lesson insight insights conclusion hypothesis
            """);

    /**
     * Returns what an argument is.
     *
     * @param name its name as it is written
     * @param tool the tool that it is given to: {@code from} is a file for {@code move} and a sender for {@code send_mail}
     */
    static Role of(String name, ToolProfile tool) {
        List<String> words = Names.words(withoutNumber(name));
        if (words.isEmpty()) {
            return UNKNOWN;
        }
        if (FIRST_ARGUMENTS.contains(Names.plain(name))) {
            return PROGRAM;
        }
        String plain = String.join("", words);
        Role known = OpenClawTools.role(tool, plain);
        if (known != null) {
            return known;
        }
        String last = words.getLast();
        boolean runs = tool.does(Effect.RUN) || tool.program() != null;
        boolean starts = runs || tool.does(Effect.START) || tool.does(Effect.CODE);
        if (words.size() > 1
                && FORMS.contains(last)
                && (starts || words.getFirst().equals("sql"))) {
            Role inner = of(String.join("_", words.subList(0, words.size() - 1)), tool);
            if (inner == COMMAND || inner == CODE || inner == SQL) {
                return inner;
            }
        }
        boolean files = tool.does(Effect.MOVE) || tool.does(Effect.COPY);
        if (DIRECTORIES.contains(plain) || (runs && WEAK_DIRECTORIES.contains(plain))) {
            return DIRECTORY;
        }
        if (files && SOURCES.contains(plain)) {
            return SOURCE;
        }
        if (files && DESTINATIONS.contains(plain)) {
            return DESTINATION;
        }
        if (FLAGS.contains(plain)) {
            return FLAG;
        }
        if (ENVIRONMENTS.contains(plain)) {
            return ENVIRONMENT;
        }
        if (PROGRAMS.contains(plain)) {
            return PROGRAM;
        }
        if (ARGUMENTS_NAMES.contains(plain)) {
            return ARGUMENTS;
        }
        if (METHODS.contains(plain) && !runs) {
            return METHOD;
        }
        if (SUBCOMMANDS.contains(plain)) {
            return SUBCOMMAND;
        }
        if (ACTIONS.contains(plain) && !tool.does(Effect.GRAPHQL)) {
            return ACTION;
        }
        if (COMMANDS.contains(plain) || last.equals("command") || last.equals("cmd") || last.equals("commands")) {
            return COMMAND;
        }
        if (LANGUAGES.contains(plain)) {
            return LANGUAGE;
        }
        if (plain.equals("function") && !tool.says("evaluate", "eval", "execute", "run")) {
            return TEXT;
        }
        if ((CODES.contains(plain) || last.equals("snippet")) && (starts || !SOURCES.contains(plain))) {
            return CODE;
        }
        if (tool.does(Effect.PATCH) && (PATCHES.contains(plain) || plain.equals("input") || plain.equals("content"))) {
            return PATCH;
        }
        if (starts && INPUTS.contains(plain)) {
            return INPUT;
        }
        if (SQLS.contains(plain) || words.contains("sql")) {
            return SQL;
        }
        if (QUERIES.contains(plain)) {
            return QUERY;
        }
        if (tool.does(Effect.SEND) && ATTACHMENTS.contains(plain)) {
            return ATTACHMENT;
        }
        if (tool.does(Effect.SEND) && RECIPIENTS.contains(plain)) {
            return RECIPIENT;
        }
        if (ADDRESS_WORDS.contains(last) || plain.equals("uri") || plain.endsWith("url")) {
            return ADDRESS;
        }
        if (HOSTS.contains(plain) && !PATH_WORDS.contains(last)) {
            return HOST;
        }
        if (FILTERS.contains(plain)) {
            return FILTER;
        }
        if (PATH_WORDS.contains(last)
                || (last.equals("name") && words.size() == 2 && PATH_WORDS.contains(words.getFirst()))
                || PATHS.contains(plain)
                || SOURCES.contains(plain)
                || DESTINATIONS.contains(plain)) {
            return PATH;
        }
        if (WRAPPERS.contains(plain) || last.equals("json")) {
            return WRAPPER;
        }
        return TEXTS.contains(plain) || TEXTS.contains(last) ? TEXT : UNKNOWN;
    }

    /** {@code path1} and {@code arg_2} are a path and an argument. */
    private static String withoutNumber(String name) {
        int end = name.length();
        while (end > 0 && Character.isDigit(name.charAt(end - 1))) {
            end--;
        }
        return name.substring(0, end);
    }

    /** Tells whether a name is one of a working directory in whatever tool. */
    static boolean isCertainDirectory(String name) {
        return DIRECTORIES.contains(Names.plain(name));
    }
}
