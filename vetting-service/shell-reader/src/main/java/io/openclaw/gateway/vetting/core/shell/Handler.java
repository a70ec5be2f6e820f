package io.openclaw.gateway.vetting.core.shell;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Follows the commands of one program: what they change, what they run in their turn, and what they print. */
interface Handler {
    /**
     * Follows one command.
     *
     * @param input what it reads on standard input, if that is known
     * @return what it prints; null if the kinds of programs that it is one of say more
     */
    @Nullable
    Argument follow(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException;
}
