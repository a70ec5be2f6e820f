package io.openclaw.gateway.vetting.core.shell;

import java.util.List;

/**
 * What a text would do if a shell ran it.
 *
 * @param commands every command it might run, in normal form
 * @param doubts what could not be told from the text, each a sentence; none if all of it was understood
 */
public record Reading(List<Invocation> commands, List<String> doubts) {
    public Reading {
        commands = List.copyOf(commands);
        doubts = List.copyOf(doubts);
    }
}
