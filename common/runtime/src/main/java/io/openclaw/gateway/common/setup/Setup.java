package io.openclaw.gateway.common.setup;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.topic.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;

/**
 * Makes a broker and a database ready, once, before the services start: {@code Setup DIRECTORY}. The directory has {@code
 * kafka.properties} and {@code database.properties} (url, user, password) of those who may do everything, and {@code kafka-SERVICE}
 * and {@code postgres-SERVICE} with the password of each service; {@code deploy/compose-init} makes it. How topics are made is a setting
 * ({@code OPENCLAW_KAFKA_PARTITIONS} and others).
 */
public final class Setup {
    private Setup() {}

    static void main(String... args) throws IOException, SQLException {
        if (args.length != 1) {
            throw new IllegalArgumentException("Setup wants one argument, the directory that deploy/compose-init made");
        }
        Path directory = Path.of(args[0]);
        var kafka = Binder.get(new StandardEnvironment()).bindOrCreate("openclaw.kafka", GatewayProperties.Kafka.class);
        Map<String, Object> client = new HashMap<>();
        properties(directory.resolve("kafka.properties")).forEach((name, value) -> client.put(name.toString(), value));
        try (Admin admin = Admin.create(client)) {
            BrokerSetup.run(admin, kafka, passwords(directory, "kafka"));
        }
        Properties database = properties(directory.resolve("database.properties"));
        try (var connection = DriverManager.getConnection(database.getProperty("url"), database)) {
            DatabaseSetup.run(connection, passwords(directory, "postgres"));
        }
        System.out.println("The broker and the database are ready for the services.");
    }

    private static Map<Service, String> passwords(Path directory, String of) throws IOException {
        Map<Service, String> passwords = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            passwords.put(
                    service,
                    Files.readString(directory.resolve(of + "-" + service.label()))
                            .strip());
        }
        return passwords;
    }

    private static Properties properties(Path file) throws IOException {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        return properties;
    }
}
