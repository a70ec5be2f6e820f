package io.openclaw.gateway.common.setup;

import io.openclaw.gateway.common.topic.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Makes a role of the database for each service, which owns the schema named after it and sees no other's; may be done again. All use
 * the console's schema, for its accounts and sessions; it is policy's to migrate.
 */
public final class DatabaseSetup {
    private static final String CONSOLE = "console";
    private static final Service CONSOLE_OWNER = Service.POLICY;

    private DatabaseSetup() {}

    /**
     * Does it.
     *
     * @param connection of a superuser, to the database of the gateway
     * @param passwords by service
     * @throws IllegalArgumentException naming a service that has no password
     */
    public static void run(Connection connection, Map<Service, String> passwords) throws SQLException {
        List<String> statements = new ArrayList<>();
        String database = quoted(connection.getCatalog());
        statements.add("revoke all on database " + database + " from public");
        for (Service service : Service.values()) {
            String role = service.label();
            String password = passwords.get(service);
            if (password == null || password.isBlank()) {
                throw new IllegalArgumentException("the role " + role + " of the database has no password");
            }
            statements.add((exists(connection, role) ? "alter" : "create") + " role " + quoted(role)
                    + " login nosuperuser nocreatedb nocreaterole password " + literal(password));
            statements.add("grant connect on database " + database + " to " + quoted(role));
            statements.add("create schema if not exists " + quoted(role) + " authorization " + quoted(role));
        }
        String owner = quoted(CONSOLE_OWNER.label());
        String others = Arrays.stream(Service.values())
                .filter(service -> service != CONSOLE_OWNER)
                .map(service -> quoted(service.label()))
                .collect(Collectors.joining(", "));
        statements.add("create schema if not exists " + CONSOLE + " authorization " + owner);
        statements.add("grant usage on schema " + CONSOLE + " to " + others);
        for (String kind : List.of("tables", "sequences")) {
            String rights = kind.equals("tables") ? "select, insert, update, delete" : "usage";
            statements.add("alter default privileges for role " + owner + " in schema " + CONSOLE + " grant " + rights
                    + " on " + kind + " to " + others);
            statements.add("grant " + rights + " on all " + kind + " in schema " + CONSOLE + " to " + others);
        }
        try (Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private static boolean exists(Connection connection, String role) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select 1 from pg_roles where rolname = ?")) {
            statement.setString(1, role);
            try (ResultSet found = statement.executeQuery()) {
                return found.next();
            }
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String literal(String text) {
        if (text.indexOf('\\') >= 0) {
            throw new IllegalArgumentException("a password of the database must not have a backslash");
        }
        return '\'' + text.replace("'", "''") + '\'';
    }
}
