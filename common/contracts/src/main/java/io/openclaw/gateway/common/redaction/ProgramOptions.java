package io.openclaw.gateway.common.redaction;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options of programs that a secret follows and whose names say nothing, such as {@code -p} of {@code sshpass}. Behind an
 * option stands {@code !} if its value is glued to it, a separator if the secret stands behind the separator ({@code
 * user:password}), {@code =} if it is a cookie.
 */
final class ProgramOptions {
    private static final String TABLE = """
            mysql, mysqldump, mysqladmin, mysqlimport, mysqlsh, mariadb, mariadb-dump, 7z, 7za, unrar, mysqlshow: -p!
            mysqlcheck, mysqlslap, mysqlbinlog: -p!
            sshpass, mongo, mongosh, mongodump, mongorestore, mongoexport, mongoimport, docker login, podman login: -p
            buildah login, helm login, skopeo login, az login, cf login, oc login, rdesktop, cadaver, influx: -p
            rabbitmqadmin, expect, ncftp, cqlsh, psexec, useradd, usermod, twine, evil-winrm, nxc, crackmapexec, hydra: -p
            redis-cli: -a --pass
            ldapsearch, ldapmodify, ldapadd, ldapwhoami, ldapdelete, ldapcompare, ldapmodrdn, kadmin: -w
            ldappasswd: -w -s
            zip, unzip, sqlcmd, bcp, isql, ipmitool, mosquitto_pub, mosquitto_sub: -P
            rar: -p! -hp!
            curl: -u: --user: --proxy-user: -U: -E: --cert: --pass -b= --cookie=
            http, https: -a: --auth:
            smbclient, rpcclient, winexe: -U%
            psftp, plink, pscp: -pw
            xfreerdp, xfreerdp3, wlfreerdp: /p:
            openssl: -k -K -passin -passout -pass
            clickhouse-client, kinit: --password
            snmpwalk, snmpget, snmpset, snmpbulkwalk: -A -X -c
            lftp: -u,
            wget: --pass
            ssh-keygen: -N -P
            """;

    private static final Map<String, String> OPTIONS = new HashMap<>();

    static {
        for (String line : TABLE.strip().split("\n", -1)) {
            // The first colon and blank: options hold colons, too.
            int colon = line.indexOf(": ");
            for (String program : line.substring(0, colon).split(",", -1)) {
                OPTIONS.put(program.strip(), line.substring(colon + 2));
            }
        }
    }

    private ProgramOptions() {}

    /** Returns what option of a program stands in a word of a list of words, if its value is a secret. */
    static @Nullable String optionOf(String program, String word) {
        String options = OPTIONS.get(program);
        if (options == null) {
            return null;
        }
        for (String option : options.split(" ", -1)) {
            String bare = bare(option);
            if (word.startsWith(bare) && (word.length() == bare.length() || !bare.startsWith("--"))) {
                return option;
            }
        }
        return null;
    }

    /** Masks a word of a list of words that holds an option and its secret. */
    static String maskGlued(String word, String option, Work work) {
        String bare = bare(option);
        return bare + maskCredential(word.substring(bare.length()), option, work);
    }

    /** Masks what follows an option: all of it, or what stands behind the separator that ends the option's entry. */
    static String maskCredential(String value, String option, Work work) {
        char last = option.charAt(option.length() - 1);
        if (last == ':' || last == '%' || last == ',' || last == '=') {
            int at = option.equals("/p:") ? -1 : value.indexOf(last);
            if (at < 0 && !option.equals("/p:")) {
                return TextMasker.mask(value, false, work);
            }
            return value.substring(0, at + 1) + TextMasker.maskValue(value.substring(at + 1), Literals.PASSWORD, work);
        }
        return TextMasker.maskValue(value, Literals.PASSWORD, work);
    }

    static boolean standsAlone(String option) {
        return !option.endsWith("!");
    }

    /** Returns the options of a program, apart by blanks; {@code null} if none are known. */
    static @Nullable String of(String program) {
        return OPTIONS.get(program);
    }

    static Set<String> programs() {
        return OPTIONS.keySet();
    }

    static boolean isProgram(String word) {
        return OPTIONS.containsKey(word);
    }

    static String bare(String option) {
        char last = option.charAt(option.length() - 1);
        return last == '!' || last == '=' || ((last == ':' || last == '%' || last == ',') && !option.equals("/p:"))
                ? option.substring(0, option.length() - 1)
                : option;
    }
}
