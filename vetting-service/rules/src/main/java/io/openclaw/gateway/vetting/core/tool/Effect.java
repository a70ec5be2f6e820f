package io.openclaw.gateway.vetting.core.tool;

/** What a tool does with its arguments, as its name says; a tool may do several things. */
enum Effect {
    /** Runs commands: {@code exec}, {@code run_shell}, {@code terminal}. */
    RUN,
    /** Runs something that is no command: {@code run_tests}, {@code execute_workflow}, {@code invoke}. */
    START,
    /** Runs code: {@code python}, {@code execute_cell}. */
    CODE,
    /** Sends statements to a database. */
    SQL,
    /** Sends GraphQL. */
    GRAPHQL,
    /** Sends requests, or opens pages. */
    FETCH,
    /** Sends texts to people. */
    SEND,
    /** Applies a patch. */
    PATCH,
    /** Plans what runs later. */
    SCHEDULE,
    /** Finds, explains, checks or keeps texts, and does nothing else with them. */
    TEXT,
    DELETE,
    MOVE,
    COPY,
    PERMIT,
    WRITE
}
