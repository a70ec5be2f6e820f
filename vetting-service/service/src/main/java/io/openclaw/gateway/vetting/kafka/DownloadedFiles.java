package io.openclaw.gateway.vetting.kafka;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The files that each agent fetched over the network, as far as this instance has seen it, so that a download is known when a later
 * call runs it. At most 1,000 agents, 64 files each; the oldest are dropped first. Sessions of an agent share them, because what a
 * session is, only the caller says.
 */
final class DownloadedFiles {
    private static final int MAX_AGENTS = 1_000;
    private static final int MAX_FILES = 64;

    private final Map<String, Set<String>> byAgent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Set<String>> eldest) {
            return size() > MAX_AGENTS;
        }
    };

    /** Adds files that a call fetches. */
    synchronized void add(String agent, Set<String> paths) {
        if (paths.isEmpty()) {
            return;
        }
        Set<String> files = byAgent.computeIfAbsent(agent, name -> new LinkedHashSet<>());
        for (String path : paths) {
            files.remove(path);
            if (files.size() >= MAX_FILES) {
                files.remove(files.iterator().next());
            }
            files.add(path);
        }
    }

    /** Returns an agent's files. */
    synchronized Set<String> of(String agent) {
        Set<String> files = byAgent.get(agent);
        return files == null ? Set.of() : Set.copyOf(files);
    }
}
