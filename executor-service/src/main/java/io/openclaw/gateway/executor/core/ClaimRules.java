package io.openclaw.gateway.executor.core;

/**
 * What an executor does with a cleared call that it reads, or finds unfinished: the rules by which a call with side effects
 * is run at most once, and none goes without an end.
 *
 * <table>
 *   <caption>A record is read</caption>
 *   <tr><th>the claim is this process's</th><th>the process holds the call</th><th>step</th></tr>
 *   <tr><td>no</td><td>–</td><td>leave: another has it, or it has ended</td></tr>
 *   <tr><td>yes</td><td>no</td><td>start: it was claimed now, or before with an answer that was lost</td></tr>
 *   <tr><td>yes</td><td>yes</td><td>leave: the record came again</td></tr>
 * </table>
 *
 * <table>
 *   <caption>A claim of a process that no longer lives was taken over</caption>
 *   <tr><th>held here</th><th>given back, not started</th><th>repeatable</th><th>step</th></tr>
 *   <tr><td>yes</td><td>–</td><td>–</td><td>leave: it runs here, after a pause in which its claim was another's</td></tr>
 *   <tr><td>no</td><td>yes</td><td>–</td><td>start</td></tr>
 *   <tr><td>no</td><td>no</td><td>yes</td><td>repeat</td></tr>
 *   <tr><td>no</td><td>no</td><td>no</td><td>end as {@code UNKNOWN}</td></tr>
 * </table>
 */
public final class ClaimRules {
    private ClaimRules() {}

    /** What to do with a call. */
    public enum Step {
        /** Nobody has started it: run it. */
        START,
        /** It may have been started, and may be run twice: run it. */
        REPEAT,
        /** It may have been started, and must not be run twice: end it as {@code UNKNOWN}. */
        END_AS_UNKNOWN,
        /** It is somebody's already. */
        LEAVE
    }

    /**
     * Returns what to do with a call whose record was read.
     *
     * @param mine whether the claim without an outcome is this process's, after it tried to claim the call
     * @param held whether this process had started to hold the call before it read this record
     */
    public static Step onRead(boolean mine, boolean held) {
        return mine && !held ? Step.START : Step.LEAVE;
    }

    /**
     * Returns what to do with a call whose claim was taken over.
     *
     * @param held whether this process holds the call
     * @param givenBack whether the claimer said that it did not start the call
     * @param repeatable whether the call may be run twice
     */
    public static Step onTakeOver(boolean held, boolean givenBack, boolean repeatable) {
        if (held) {
            return Step.LEAVE;
        }
        if (givenBack) {
            return Step.START;
        }
        return repeatable ? Step.REPEAT : Step.END_AS_UNKNOWN;
    }
}
