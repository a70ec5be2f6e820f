package io.openclaw.gateway.common.call;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.util.UUID;

/** Makes call ids: UUID version 7 (RFC 9562 section 5.7), so that they sort by the time of the request. */
public final class CallIds {
    private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

    private CallIds() {}

    /** Returns a new call id. */
    public static UUID next() {
        return GENERATOR.generate();
    }
}
