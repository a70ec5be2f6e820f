package io.openclaw.gateway.standalone;

import java.util.Map;

/** How much a broker and a database say that run in this process. */
final class LogDefaults {
    static final Map<String, String> OF_EMBEDDED = Map.of(
            "logging.level.kafka", "WARN",
            "logging.level.state.change.logger", "WARN",
            "logging.level.org.apache.kafka", "WARN",
            "logging.level.io.zonky", "WARN",
            "logging.level.kafka.server.DefaultAutoTopicCreationManager", "ERROR",
            "logging.level.org.apache.kafka.controller.QuorumController", "ERROR",
            "logging.level.org.apache.kafka.common.utils.AppInfoParser", "ERROR");

    private LogDefaults() {}
}
