package io.openclaw.gateway.ingress.execute.core;

/** How a run goes about its prompt. */
public enum RunMode {
    /** The model chooses calls, which run at once if they may, sees their results, and answers. */
    ACT,
    /** The model makes a plan, and nothing of it runs before the plan is approved. */
    PLAN
}
