package io.openclaw.gateway.common.persistence;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * A service's own PostgreSQL schema, migrated to its newest version when this is made.
 *
 * @param name the schema's name; its migrations are in {@code classpath:db/<name>}
 */
public record Schema(String name) {

    /** Brings a schema up to date. */
    public static Schema migrated(String name, DataSource dataSource) {
        Flyway.configure()
                .dataSource(dataSource)
                .schemas(name)
                .defaultSchema(name)
                .locations("classpath:db/" + name)
                .load()
                .migrate();
        return new Schema(name);
    }
}
