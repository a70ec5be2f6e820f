package io.openclaw.gateway.common.call;

/** How bad it would be if the reason were ignored. */
public enum Severity {
    INFO,
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
}
