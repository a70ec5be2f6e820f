package io.openclaw.gateway.vetting.core.effect;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A kind of thing that a command does; the catalogue and the rules name it in lower case. */
public enum EffectKind {
    READ("reads"),
    WRITE("writes"),
    DELETE("deletes"),
    MOVE("moves away"),
    ERASE("destroys the content of"),
    LOCK("encrypts in place"),
    FORMAT("formats or repartitions"),
    VOLUME("changes volumes, mounts or what the machine boots by:"),
    PERMIT("changes permissions or the owner of"),
    RUN("runs code from"),
    EVALUATE("runs code that is not read, in"),
    ESCAPE("opens a shell by way of"),
    LOAD("makes other programs load"),
    PRIVILEGE("takes the rights of another user by"),
    UPLOAD("sends"),
    COPY("copies to another host"),
    FETCH("fetches"),
    INSTALL("installs"),
    INSTALL_FOREIGN("installs from an unusual source"),
    UNINSTALL("removes the software"),
    PUBLISH("publishes"),
    DESTROY("deletes"),
    WIPE("deletes all of"),
    CHANGE("changes"),
    STOP("stops"),
    KILL("ends processes"),
    POWER("switches off or restarts"),
    PERSIST("makes start by itself"),
    SCHEDULE("schedules"),
    GRANT("gives rights to"),
    REVEAL("prints credentials of"),
    DISCARD("throws away"),
    REWRITE("rewrites the history of"),
    OVERWRITE_REMOTE("overwrites history that others have in"),
    DEFENCE("switches off the defence"),
    HIDE("removes traces in"),
    ATTACK("scans or attacks"),
    SPY("watches"),
    LISTEN("opens a way in by"),
    NETWORK("changes the network settings of"),
    KERNEL("changes the kernel by"),
    USERS("changes users or groups:"),
    BACKUP("deletes backups:"),
    SPEND("moves money or buys:"),
    MAIL("writes to people by"),
    CONTAINER("gives a container the whole machine:"),
    ENDLESS("does not end:"),
    UNKNOWN("does something unknown with");

    private static final Map<String, EffectKind> BY_NAME = new HashMap<>();

    static {
        for (EffectKind kind : values()) {
            BY_NAME.put(kind.word(), kind);
        }
    }

    private final String words;

    EffectKind(String words) {
        this.words = words;
    }

    /** Returns its name as packs write it, such as {@code install-foreign}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns its name as the program of a normal form, such as {@code :delete}. */
    public String program() {
        return ":" + word();
    }

    /** Tells whether nothing brings back what it takes away. */
    public boolean cannotBeUndone() {
        return switch (this) {
            case DELETE, ERASE, FORMAT, DESTROY, WIPE, DISCARD, OVERWRITE_REMOTE, BACKUP, SPEND, MAIL, PUBLISH -> true;
            default -> false;
        };
    }

    /** Returns the verb that a person reads. */
    public String words() {
        return words;
    }

    /** @throws IllegalArgumentException if no kind has that name */
    static EffectKind of(String word) {
        EffectKind kind = BY_NAME.get(word);
        if (kind == null) {
            throw new IllegalArgumentException("there is no effect '" + word + "'; there are " + BY_NAME.keySet());
        }
        return kind;
    }
}
