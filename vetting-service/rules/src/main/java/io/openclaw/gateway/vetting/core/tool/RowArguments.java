package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.core.tool.Fields.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads what tools delete or change that is no file: rows of a database, and what belongs to a service. */
final class RowArguments {
    private static final Set<String> DROPPED = Names.set("""
            database db table collection index indexes schema view column user keyspace role sequence function trigger graph
            dataset namespace stream tables
            """);
    private static final Set<String> ROWS = Names.set("""
            many rows row records record documents document docs entries tuples where one data all everything query
            """);
    /** Where rows are, which limits nothing. */
    private static final Set<String> PLACES = Names.set("""
            database db databasename dbname table tablename collection collectionname schema schemaname connection
            connectionstring model entity keyspace index dataset confirm force limit options update values set data dryrun
            tableid datasource datasourceid projectid
            """);
    /** What other people's work depends on; who deletes one should be asked. */
    private static final Set<String> RESOURCES = Names.set("""
            database databases db table tables bucket buckets volume volumes instance instances cluster clusters namespace
            namespaces project projects repository repositories repo repos environment environments deployment deployments
            service services app apps application applications account accounts team teams organization organisation org
            workspace domain domains zone zones dns snapshot snapshots backup backups stack stacks secret secrets vm vms
            droplet server servers site sites tenant vault certificate user users role roles policy policies schema keyspace
            queue queues pod pods node nodes host hosts disk disks machine machines network subnet vpc customer customers
            branch release function lambda registry group webhooks subscription subscriptions membership drive share
            infrastructure all everything index indexes indices object objects blob blobs collection collections container containers image images
            """);

    private static final Set<String> MONGO_DROPS =
            Set.of("dropDatabase", "dropAllUsersFromDatabase", "dropAllRolesFromDatabase");

    private static final Set<String> ENDS = Names.set("""
            delete remove destroy purge wipe erase terminate drop revoke decommission deprovision teardown del rm deregister
            obliterate uninstall
            """);

    private final ToolArguments reader;
    private final ToolProfile profile;
    private final Fields fields;
    private final Set<String> used;

    RowArguments(ToolArguments reader, ToolProfile profile, Fields fields, Set<String> used) {
        this.reader = reader;
        this.profile = profile;
        this.fields = fields;
        this.used = used;
    }

    void read(JsonNode object) {
        mongoCommand(object);
        Field command = fields.text(Role.COMMAND);
        JsonNode document =
                command != null && profile.says("mongo", "mongodb") ? EmbeddedJson.in(command.text()) : null;
        if (document != null) {
            mongoCommand(document);
        }
        if (profile.does(Effect.RUN) || profile.program() != null) {
            return;
        }
        List<String> words = profile.words();
        if (object.has("$out")) {
            // A stage of MongoDB's pipelines that replaces a collection.
            reader.add(Invocation.of(":sql", ToolArguments.arguments(List.of("insert", "overwrite"))));
        }
        if (profile.says("drop") && words.stream().anyMatch(DROPPED::contains)) {
            sql(
                    "drop",
                    words.stream()
                            .filter(DROPPED::contains)
                            .findFirst()
                            .orElse("table")
                            .replace("db", "database"));
        } else if (profile.says("drop") && has(object, "table", "tablename", "collection", "collectionname")) {
            sql("drop", "table");
        } else if (profile.says("truncate") && has(object, "table", "tablename", "collection")) {
            sql("truncate", "table");
        } else if (deletes()
                && (words.stream().anyMatch(ROWS::contains) || profile.does(Effect.SQL))
                && isAboutRows(object)) {
            rows("delete", "from", object);
        } else if (profile.says("update") && words.stream().anyMatch(ROWS::contains) && isAboutRows(object)) {
            rows("update", "set", object);
        } else if (deletes() && !isAboutFiles()) {
            // Of a tool that is about texts, the last noun says what goes: a project's comment, or the wiki's project.
            (profile.does(Effect.TEXT)
                            ? words.subList(0, profile.own()).reversed().stream()
                                    .filter(word -> !ENDS.contains(word))
                                    .limit(1)
                            : words.stream())
                    .filter(RESOURCES::contains)
                    .findFirst()
                    .ifPresent(kind ->
                            reader.add(Invocation.of(":remove-resource", ToolArguments.arguments(List.of(kind)))));
        }
    }

    /** A document of MongoDB's database commands names its command by its key. */
    private void mongoCommand(JsonNode object) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String key = entry.getKey();
            if (MONGO_DROPS.contains(key)) {
                sql("drop", "database");
            } else if (key.equals("drop") && entry.getValue().isString() && profile.says("mongo", "mongodb")) {
                sql("drop", "table");
            } else if (key.equals("deletes") && entry.getValue().isArray()) {
                for (JsonNode delete : entry.getValue()) {
                    if (delete.path("q").isObject() && isAlwaysTrue(delete.path("q"), 0)) {
                        reader.add(Invocation.of(
                                ":sql", ToolArguments.arguments(List.of("delete", "from", "--no-where"))));
                    }
                }
            }
        }
    }

    private boolean deletes() {
        return profile.words().stream().anyMatch(ENDS::contains);
    }

    private boolean isAboutFiles() {
        return profile.says("file", "files", "directory", "folder", "dir", "path")
                || (fields.first(Role.PATH) != null && profile.words().size() == 1);
    }

    private boolean isAboutRows(JsonNode object) {
        return has(
                        object,
                        "table",
                        "tablename",
                        "collection",
                        "collectionname",
                        "model",
                        "entity",
                        "index",
                        "dataset",
                        "tableid")
                || fields.first(Role.FILTER) != null;
    }

    private static boolean has(JsonNode object, String... names) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String plain = Names.plain(entry.getKey());
            for (String name : names) {
                if (plain.equals(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void rows(String verb, String preposition, JsonNode object) {
        Field filter = filter();
        if (filter != null && filter.isText() && EmbeddedJson.in(filter.text()) == null) {
            used.add(filter.name());
            reader.sql(
                    verb.equals("delete")
                            ? "delete from t where " + filter.text()
                            : "update t set x = 1 where " + filter.text());
            return;
        }
        JsonNode condition = filter == null ? null : filter.isText() ? EmbeddedJson.in(filter.text()) : filter.value();
        boolean limited = condition == null
                ? object.properties().stream().anyMatch(entry -> limits(entry.getKey(), entry.getValue()))
                : !isAlwaysTrue(condition, 0);
        List<String> statement = new ArrayList<>(List.of(verb, preposition));
        if (!limited) {
            statement.add("--no-where");
        }
        reader.add(Invocation.of(":sql", ToolArguments.arguments(statement)));
    }

    private @Nullable Field filter() {
        Field filter = fields.first(Role.FILTER);
        return filter == null ? fields.first(Role.QUERY) : filter;
    }

    /** An id, or any other value that says which. */
    private static boolean limits(String name, JsonNode value) {
        return !PLACES.contains(Names.plain(name))
                && !value.isBoolean()
                && !value.isNull()
                && !value.asString(" ").isEmpty();
    }

    /** Conditions that every document fulfils: none at all, none of a list, or that there is an id. */
    private static boolean isAlwaysTrue(JsonNode condition, int depth) {
        if (depth > 8) {
            return true;
        }
        if (condition.isArray()) {
            for (JsonNode element : condition) {
                if (!isAlwaysTrue(element, depth + 1)) {
                    return false;
                }
            }
            return true;
        }
        if (!condition.isObject()) {
            return condition.isNull() || (condition.isBoolean() && condition.asBoolean());
        }
        for (Map.Entry<String, JsonNode> entry : condition.properties()) {
            if (!isAlwaysTrue(entry.getKey(), entry.getValue(), depth)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlwaysTrue(String key, JsonNode value, int depth) {
        return switch (key) {
            case "$and", "$expr", "$comment" -> key.equals("$comment") || isAlwaysTrue(value, depth + 1);
            case "match_all" -> true;
            case "$or" -> anyIsAlwaysTrue(value, depth + 1);
            case "$nor", "$nin", "$not" -> value.isEmpty();
            case "$where" -> value.asString("").matches("(?s)\\s*(true|1|return true;?|function.*return true.*)\\s*");
            case "$exists" -> value.asBoolean(true);
            case "$ne" -> value.isNull() || value.asString("x").isEmpty();
            case "$regex" -> value.asString("x").matches("\\^?(\\.[*+]?)?\\$?");
            case "$gt", "$gte" ->
                value.isNull()
                        || (value.isContainer() && value.isEmpty())
                        || value.asString("x").isEmpty();
            default -> value.isObject() && isOperators(value) && isAlwaysTrue(value, depth + 1);
        };
    }

    private static boolean isOperators(JsonNode value) {
        return !value.isEmpty()
                && value.properties().stream().allMatch(entry -> entry.getKey().startsWith("$"));
    }

    private static boolean anyIsAlwaysTrue(JsonNode alternatives, int depth) {
        for (JsonNode alternative : alternatives) {
            if (isAlwaysTrue(alternative, depth)) {
                return true;
            }
        }
        return alternatives.isEmpty();
    }

    private void sql(String verb, String kind) {
        reader.add(Invocation.of(":sql", ToolArguments.arguments(List.of(verb, kind))));
    }
}
