package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.UpstreamReported;
import java.util.Collection;
import java.util.Optional;

/** The last reports of executors: which upstreams answer, and what they offer. */
public interface UpstreamReports {

    /** Returns the last report on each upstream. */
    Collection<UpstreamReported> reports();

    /** Tells whether an upstream has a tool, as it last reported. */
    boolean has(String upstream, String tool);

    /** Returns how many of the tools that an upstream lists cannot be used. */
    int leftOut(String upstream);

    /** Returns the prompts and resources of an upstream, if it reported any. */
    Optional<OffersReported> offersOf(String upstream);

    /** Adds a listener for changes from now on. */
    void onChange(Listener listener);

    /** Is notified of changes; what was reported before this process started is no change. */
    interface Listener {
        /** The tools of an upstream, or else its prompts and resources, may have changed. */
        void listsChanged(boolean tools);

        /** A resource changed. */
        void resourceUpdated(String upstream, String uri);
    }
}
