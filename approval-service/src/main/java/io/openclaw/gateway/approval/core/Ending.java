package io.openclaw.gateway.approval.core;

/** How the wait for a person ended; each is told apart everywhere. */
public enum Ending {
    /** It has not ended. */
    WAITING("waits for a person"),
    APPROVED("approved by a person"),
    /** A grant that a person gave before covered it. */
    GRANTED("covered by a grant"),
    DENIED("denied by a person"),
    /** A person would approve it with other arguments, which the agent was told. */
    SUPERSEDED("superseded: other arguments were approved"),
    /** Nobody was asked, since too many calls of the agent waited. */
    TOO_MANY("not asked: too many of the agent's calls waited"),
    /** People saw it and did not decide in time. */
    TIMED_OUT("timed out: nobody decided"),
    /** Nobody who may approve saw it in time. */
    UNREACHED("timed out: nobody who may approve saw it"),
    /** The agent withdrew it, or was gone. */
    WITHDRAWN("withdrawn by the agent");

    private final String words;

    Ending(String words) {
        this.words = words;
    }

    /** Returns what people read. */
    public String words() {
        return words;
    }
}
