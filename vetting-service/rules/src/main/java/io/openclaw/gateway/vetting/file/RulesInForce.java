package io.openclaw.gateway.vetting.file;

import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules in force: those that come with the gateway and those of a directory, which {@link #refresh} reads again. A wrong
 * file changes nothing: the log says what is wrong with it, and the rules that were in force stay.
 */
public final class RulesInForce {
    private static final Logger log = LoggerFactory.getLogger(RulesInForce.class);

    private final @Nullable Path directory;
    private final List<Path> own;
    private volatile Vetting vetting;
    private volatile @Nullable String problem;

    /**
     * Reads the rules.
     *
     * @param own files and directories of the gateway itself, which no agent may touch without a person
     * @throws IllegalArgumentException if a file of the directory is wrong, or it cannot be read: at the start there are no
     *     rules yet that could stay
     */
    public RulesInForce(@Nullable Path directory, List<Path> own) {
        this.directory = directory;
        this.own = List.copyOf(own);
        try {
            this.vetting = new Vetting(RuleDirectory.read(directory, own));
        } catch (IOException e) {
            throw new IllegalArgumentException("the rules in " + directory + " cannot be read: " + e.getMessage(), e);
        }
        log.info(
                "{} vetting rules, version {}",
                vetting.pack().rules().size(),
                vetting.pack().version());
    }

    /** Returns what judges by the rules in force. */
    public Vetting vetting() {
        return vetting;
    }

    /** Returns what is wrong with the files as they are now, or {@code null} if nothing is. */
    public @Nullable String problem() {
        return problem;
    }

    /** Reads the directory again and takes its rules into force if they changed and are right. */
    public void refresh() {
        if (directory == null) {
            return;
        }
        try {
            RulePack read = RuleDirectory.read(directory, own);
            if (!read.version().equals(vetting.pack().version())) {
                vetting = new Vetting(read);
                log.info(
                        "vetting rules changed: {} rules, version {}",
                        read.rules().size(),
                        read.version());
            }
            problem = null;
        } catch (IllegalArgumentException | IOException e) {
            if (!String.valueOf(e.getMessage()).equals(problem)) {
                log.error(
                        "the vetting rules in {} are wrong; version {} stays in force: {}",
                        directory,
                        vetting.pack().version(),
                        e.getMessage());
            }
            problem = String.valueOf(e.getMessage());
        }
    }
}
