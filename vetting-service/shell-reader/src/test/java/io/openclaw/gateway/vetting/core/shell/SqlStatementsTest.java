package io.openclaw.gateway.vetting.core.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatementsTest {
    private static List<String> read(String sql) {
        return SqlStatements.read(sql).stream().map(Invocation::line).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1; DROP TABLE t",
                "SELECT E'\\''; DROP TABLE t; --'",
                "SELECT '\\'; DROP TABLE t; --'",
                "SELECT 1 # '\n; DROP TABLE t",
                "SELECT 1 --1; DROP TABLE t",
                "SELECT [a']; DROP TABLE t",
                "/*!50000 DROP*/ TABLE t",
                "/*M!100100 DROP TABLE */ t",
                "drop/**/table/**/t",
                "SELECT 1\nDROP TABLE t",
                "SELECT 1\nGO\nDROP TABLE t\nGO",
                "IF 1=1 DROP TABLE t",
                "DROP TABLE \"t\"",
                "EXEC('DROP TABLE t')",
                "EXECUTE IMMEDIATE 'DROP TABLE t'",
                "EXEC sp_executesql N'DROP TABLE t'",
                "PREPARE s FROM 'DROP TABLE t'",
                "DO $$ BEGIN DROP TABLE t; END $$",
                "DO $x$ BEGIN EXECUTE 'DROP TABLE t'; END $x$",
                "CREATE FUNCTION f() RETURNS void AS $$ DROP TABLE t $$ LANGUAGE sql",
                "SELECT dblink_exec('c', 'DROP TABLE t')"
            })
    void findsTheStatementInEveryDialect(String sql) {
        assertThat(read(sql)).anyMatch(line -> line.startsWith(":sql drop table"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1=1",
                "1 = 1 OR id = 5",
                "id = 5 OR TRUE",
                "'a'='a'",
                "2 > 1",
                "1 <> 2",
                "true",
                "1",
                "NOT FALSE",
                "id = id",
                "id > 0",
                "id >= 0",
                "t.id <> -1",
                "id IS NOT NULL",
                "name LIKE '%'",
                "EXISTS (SELECT 1)",
                "1 IN (1, 2)",
                "length(name) > 0",
                "(1=1) AND (2=2)",
                "1=1 -- x",
                "id != ''"
            })
    void seesThatAConditionLimitsNothing(String condition) {
        assertThat(read("DELETE FROM t WHERE " + condition)).anyMatch(line -> line.endsWith("--no-where"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id = 1",
                "id IN (1,2)",
                "1=1 AND id = 5",
                "age > 100",
                "name LIKE 'a%'",
                "name = 'or 1=1'",
                "id > 1000",
                "a = b",
                "NOT active",
                "id = 5 AND TRUE",
                "deleted_at IS NULL",
                "1=2",
                "1=2 OR id = 7"
            })
    void seesThatAConditionLimits(String condition) {
        assertThat(read("DELETE FROM t WHERE " + condition)).noneMatch(line -> line.contains("--no-where"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 'DROP TABLE t'",
                "SELECT 'it''s; DROP TABLE t'",
                "SELECT \"; DROP TABLE t\"",
                "SELECT `; DROP TABLE t`",
                "SELECT 1 -- DROP TABLE t",
                "SELECT 1 /* ; DROP TABLE t */",
                "INSERT INTO n VALUES ($$; DROP TABLE t$$)"
            })
    void leavesTextsAndCommentsAlone(String sql) {
        assertThat(read(sql)).hasSize(1).noneMatch(line -> line.startsWith(":sql drop"));
    }

    @Test
    void saysThatATextIsExecutedThatNobodyCanRead() {
        assertThat(read("EXEC (@x)")).contains(":sql-text exec");
        assertThat(read("DO $$ BEGIN EXECUTE 'DR' || 'OP TABLE t'; END $$")).contains(":sql-text execute");
        assertThat(read("EXEC get_report 7")).containsExactly(":sql exec get_report 7");
    }

    @Test
    void namesFilesAndShellsOfTheServer() {
        assertThat(read("ATTACH DATABASE '/root/.ssh/authorized_keys' AS a"))
                .contains(":write /root/.ssh/authorized_keys");
        assertThat(read("SELECT * FROM '/etc/passwd'")).contains(":read /etc/passwd");
        assertThat(read("\\! rm -rf /")).contains(":sql-shell '\\! rm -rf /'");
        assertThat(read("SELECT 1;\n.shell ls")).contains(":sql-shell '.shell ls'");
    }

    @Test
    void isBounded() {
        assertThat(SqlStatements.read("select 1; ".repeat(20_000)).size()).isLessThanOrEqualTo(200);
        assertThat(SqlStatements.read("'\\\"[#`$$".repeat(5_000)).size()).isLessThanOrEqualTo(200);
    }
}
