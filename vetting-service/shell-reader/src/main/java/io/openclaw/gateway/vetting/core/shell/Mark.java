package io.openclaw.gateway.vetting.core.shell;

/** What is known about where a text comes from. */
public enum Mark {
    /** Not written down: a variable, a pattern, the output of a command. */
    UNKNOWN(1),
    /** Came over the network. */
    DOWNLOADED(2),
    /** Was read from where credentials are kept. */
    SECRET(4),
    /** Was decoded, decrypted or unpacked. */
    DECODED(8),
    /** Stood in the input of a program such as xargs. */
    INPUT(16),
    /** Is the value of a variable whose name says that it is a credential. */
    CREDENTIAL(32),
    /** Was printed by a program that looks for processes. */
    PROCESSES(64);

    private final int bit;

    Mark(int bit) {
        this.bit = bit;
    }

    /** Returns this mark as a set of bits. */
    public int bit() {
        return bit;
    }

    /** Tells whether a set of bits holds this mark. */
    public boolean in(int marks) {
        return (marks & bit) != 0;
    }
}
