package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Paths;
import io.openclaw.gateway.vetting.core.tool.Fields.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Reads what tools of files do with two paths, with a mode, or with a whole directory. */
final class FileArguments {
    private static final Set<String> DISKS = Set.of("device", "drive", "disk", "partition", "volume", "diskid");

    private final ToolArguments reader;
    private final ToolProfile profile;
    private final Fields fields;
    private final ArgumentContext context;
    private final Set<String> used;

    FileArguments(ToolArguments reader, ToolProfile profile, Fields fields, ArgumentContext context, Set<String> used) {
        this.reader = reader;
        this.profile = profile;
        this.fields = fields;
        this.context = context;
        this.used = used;
    }

    void read() {
        if (profile.program() != null || profile.does(Effect.RUN)) {
            return;
        }
        if (profile.says("format", "partition", "mkfs", "wipe", "erase")) {
            disk();
        }
        if (profile.does(Effect.DELETE)) {
            delete();
        } else if (profile.does(Effect.MOVE) || profile.does(Effect.COPY)) {
            move();
        } else if (profile.does(Effect.PERMIT)) {
            permit();
        }
    }

    private void disk() {
        fields.byRole().values().stream()
                .flatMap(List::stream)
                .filter(field -> field.isText() && DISKS.contains(Names.plain(field.name())))
                .forEach(field -> {
                    reader.command(List.of("mkfs", field.text()), context);
                    used.add(field.name());
                });
    }

    private void delete() {
        boolean wholeTrees = !profile.says("file", "files") || fields.isSet(Role.FLAG);
        for (Role role : List.of(Role.PATH, Role.SOURCE, Role.DESTINATION, Role.DIRECTORY)) {
            for (Field field : fields.all(role)) {
                for (String path : paths(field)) {
                    used.add(field.name());
                    for (String directory : context.directories()) {
                        reader.add(ToolArguments.file(
                                ":delete",
                                wholeTrees || path.strip().endsWith("/") ? List.of("-r") : List.of(),
                                path,
                                directory));
                    }
                }
            }
        }
    }

    private void move() {
        List<String> words = new ArrayList<>();
        words.add(profile.does(Effect.MOVE) ? "mv" : "cp");
        for (Role role : List.of(Role.SOURCE, Role.PATH, Role.DESTINATION)) {
            for (Field field : fields.all(role)) {
                for (String path : paths(field)) {
                    used.add(field.name());
                    words.add(Paths.normal(path));
                }
            }
        }
        if (words.size() == 2) {
            words.add("./moved");
        }
        if (words.size() > 2 && words.stream().noneMatch(word -> word.contains("://"))) {
            reader.command(words, context);
        } else {
            used.clear();
        }
    }

    private void permit() {
        List<String> words = new ArrayList<>();
        words.add(profile.says("chown", "owner") ? "chown" : profile.says("chgrp") ? "chgrp" : "chmod");
        if (fields.isSet(Role.FLAG)) {
            words.add("-R");
        }
        fields.byRole()
                .forEach((role, all) -> all.forEach(field -> {
                    if (role != Role.PATH && role != Role.FLAG && field.value().isValueNode()) {
                        words.add(field.text());
                    }
                }));
        int before = words.size();
        for (Field field : fields.all(Role.PATH)) {
            paths(field).forEach(path -> words.add(Paths.normal(path)));
            used.add(field.name());
        }
        if (words.size() > before) {
            reader.command(words, context);
        }
    }

    private static List<String> paths(Field field) {
        List<String> paths = new ArrayList<>();
        if (field.isText()) {
            paths.add(field.text());
        } else if (field.value().isArray()) {
            for (JsonNode element : field.value()) {
                if (element.isString()) {
                    paths.add(element.asString());
                }
            }
        }
        paths.removeIf(path -> path.length() > 4096 || path.indexOf('\n') >= 0);
        return paths;
    }
}
