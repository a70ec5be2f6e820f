package io.openclaw.gateway.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One PostgreSQL 18, as a child of this process, on loopback only, with a password made at the first start. A server that
 * outlived its parent (which was killed) is stopped through its own pid file before another is started on its data.
 */
public final class EmbeddedPostgreSql implements AutoCloseable {
    /** The superuser that the services connect as. */
    public static final String USER = "postgres";
    /** The database of the gateway. */
    public static final String DATABASE = "openclaw";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_ATTEMPTS = 3;
    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgreSql.class);

    private final EmbeddedPostgres server;
    private final String password;

    private EmbeddedPostgreSql(EmbeddedPostgres server, String password) {
        this.server = server;
        this.password = password;
    }

    /**
     * Starts the server.
     *
     * @param directory where it keeps its programs, its data and its password
     * @throws UncheckedIOException if it does not start within a minute, on three ports one after the other
     */
    public static EmbeddedPostgreSql start(Path directory) {
        return start(directory, Ports::free, START_TIMEOUT);
    }

    /** Starts it on one of these ports. It has to be told its port, so another program may have taken that meanwhile. */
    static EmbeddedPostgreSql start(Path directory, IntSupplier ports, Duration timeout) {
        try {
            PrivateDirectory.close(directory);
            // The library makes it writable for everybody; here it is closed to them, as what is around it.
            PrivateDirectory.close(directory.resolve("programs"));
            PrivateFile.password(directory.resolve("password"));
            for (int attempt = 1; ; attempt++) {
                int port = ports.getAsInt();
                try {
                    return start(directory, port, timeout);
                } catch (IOException e) {
                    if (attempt == MAX_ATTEMPTS) {
                        throw e;
                    }
                    log.warn("PostgreSQL did not start on port {} ({}); another is tried", port, e.getMessage());
                    // The library keeps the lock of a start that failed.
                    Files.deleteIfExists(directory.resolve("data/epg-lock"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start in " + directory, e);
        }
    }

    private static EmbeddedPostgreSql start(Path directory, int port, Duration timeout) throws IOException {
        Path data = directory.resolve("data");
        stopOrphan(data);
        Path passwordFile = directory.resolve("password");
        String password = PrivateFile.password(passwordFile);
        EmbeddedPostgres server = startWhole(EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(directory.resolve("programs").toFile())
                .setDataDirectory(data)
                .setPort(port)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(timeout)
                // These two become options of initdb, so that no start is ever without a password.
                .setLocaleConfig("pwfile", passwordFile.toAbsolutePath().toString())
                .setLocaleConfig("auth", "scram-sha-256")
                .setConnectConfig("password", password)
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                // The library starts servers for tests, which may forget; this one keeps what people trust it with.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "200")
                .setServerConfig("shared_buffers", "256MB")
                .setServerConfig("max_wal_size", "2GB")
                .setServerConfig("wal_compression", "on")
                .setServerConfig("checkpoint_timeout", "15min"));
        PrivateDirectory.closeAll(directory.resolve("programs"));
        log.info("PostgreSQL listens on 127.0.0.1:{}", server.getPort());
        return new EmbeddedPostgreSql(server, password);
    }

    /** Returns the JDBC address of the gateway's database, without user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + DATABASE;
    }

    /**
     * Makes a user that owns nothing and may do nothing yet; one that is there gets the password.
     *
     * @param name lower-case letters and underscores
     * @throws IllegalStateException if the server refuses
     */
    public void createUser(String name, String userPassword) {
        if (!name.matches("[a-z_]{1,60}")) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a user");
        }
        var source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setUser(USER);
        source.setPassword(password);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                var existing = statement.executeQuery("select 1 from pg_roles where rolname = '" + name + "'")) {
            boolean isThere = existing.next();
            statement.execute((isThere ? "alter" : "create") + " role " + name + " login password '"
                    + userPassword.replace("'", "''") + "'");
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL does not make the user " + name, e);
        }
    }

    /** Returns the port on loopback. */
    public int port() {
        return server.getPort();
    }

    /** Returns the password of {@link #USER}. */
    public String password() {
        return password;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not stop cleanly", e);
        }
    }

    /** Starts a server; one that has started when this process is told to stop is stopped, and not left behind. */
    private static EmbeddedPostgres startWhole(EmbeddedPostgres.Builder builder) throws IOException {
        var starting = new CompletableFuture<EmbeddedPostgres>();
        var stop = new Thread(() -> stop(starting), "postgresql-stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            EmbeddedPostgres server = builder.start();
            createDatabase(server);
            starting.complete(server);
            // From now on it is its caller's to stop. If this process is being stopped, this throws, and the hook does
            // it.
            Runtime.getRuntime().removeShutdownHook(stop);
            return server;
        } finally {
            starting.cancel(false);
        }
    }

    private static void stop(CompletableFuture<EmbeddedPostgres> starting) {
        try {
            starting.get(30, TimeUnit.SECONDS).close();
        } catch (CancellationException e) {
            log.debug("PostgreSQL did not start, so there is none to stop");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | ExecutionException | TimeoutException e) {
            log.warn("PostgreSQL could not be stopped while it started", e);
        }
    }

    private static void createDatabase(EmbeddedPostgres server) throws IOException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                var existing = statement.executeQuery("select 1 from pg_database where datname = '" + DATABASE + "'")) {
            if (!existing.next()) {
                statement.execute("create database " + DATABASE);
            }
        } catch (SQLException e) {
            server.close();
            throw new IOException("cannot create the database " + DATABASE, e);
        }
    }

    /** Stops the server whose pid stands in this data directory's own pid file, if it still runs on this directory. */
    private static void stopOrphan(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        Optional<ProcessHandle> orphan = ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(pidFile).getFirst().strip()))
                .filter(process -> runsOn(process, data));
        if (orphan.isEmpty()) {
            // Left by a crash of the machine; PostgreSQL itself sees that nobody has this pid.
            return;
        }
        log.info(
                "PostgreSQL (pid {}) outlived its parent and is stopped",
                orphan.get().pid());
        orphan.get().destroy();
        try {
            orphan.get().onExit().get(30, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(
                    "PostgreSQL (pid " + orphan.get().pid() + ") still runs on " + data
                            + " after 30 s; stop it by hand",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping PostgreSQL", e);
        }
    }

    /** The pid may have been given to another process since; only a server started on this directory is ours. */
    private static boolean runsOn(ProcessHandle process, Path data) {
        return process.info()
                .arguments()
                .map(arguments -> java.util.Arrays.asList(arguments).contains(data.toString()))
                .orElse(false);
    }
}
