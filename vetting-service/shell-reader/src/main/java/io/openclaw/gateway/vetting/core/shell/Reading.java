package io.openclaw.gateway.vetting.core.shell;

import java.util.List;
import java.util.Set;

/**
 * What a text would do if a shell ran it.
 *
 * @param commands every command it might run, in normal form
 * @param doubts what could not be told from the text, each a sentence; none if all of it was understood
 * @param fetched files that it writes what came over the network to, as resolved paths
 * @param steps how many pieces of the text were followed: pipelines, commands, texts inside texts
 */
public record Reading(List<Invocation> commands, List<String> doubts, Set<String> fetched, int steps) {
    public Reading {
        fetched = Set.copyOf(fetched);
        commands = List.copyOf(commands);
        doubts = List.copyOf(doubts);
    }

    public Reading(List<Invocation> commands, List<String> doubts) {
        this(commands, doubts, Set.of(), 0);
    }
}
