package io.openclaw.gateway.approval.channel.core;

import java.util.List;
import java.util.Map;

/** Knows who may approve. */
public interface People {
    /** Returns the groups of each who may approve now, by name. */
    Map<String, List<String>> approvers();
}
