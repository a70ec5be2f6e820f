package io.openclaw.gateway.audit.core;

import io.openclaw.gateway.common.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The forms in which the record is exported; each is a stream of lines. */
public enum ExportFormat {
    /** A JSON object a line. */
    JSONL("application", "jsonl", "jsonl") {
        @Override
        String line(long id, RecordedEvent event) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("id", Long.toString(id));
            line.put("type", event.type());
            line.put("at", event.occurredAt());
            line.put("callId", event.callId());
            line.put("agent", event.agent());
            line.put("upstream", event.upstream());
            line.put("tool", event.tool());
            line.put("outcome", event.outcome());
            line.put("topic", event.topic());
            line.put("partition", event.partition());
            line.put("offset", event.offset());
            line.put("verified", verified(event));
            line.put("signedBy", event.signedBy());
            line.put("signatureProblem", event.signatureProblem());
            line.put("event", event.event());
            line.values().removeIf(value -> value == null);
            return Json.MAPPER.writeValueAsString(line) + "\n";
        }
    },
    /** Comma-separated values (RFC 4180) with a header; the event itself is the last column. */
    CSV("text", "csv", "csv") {
        @Override
        String header() {
            return "id,at,type,call_id,agent,upstream,tool,outcome,verified,signed_by,signature_problem,topic,partition,offset,event\r\n";
        }

        @Override
        String line(long id, RecordedEvent event) {
            return Stream.of(
                                    id,
                                    event.occurredAt(),
                                    event.type(),
                                    text(event.callId()),
                                    text(event.agent()),
                                    text(event.upstream()),
                                    text(event.tool()),
                                    text(event.outcome()),
                                    text(verified(event)),
                                    text(event.signedBy()),
                                    text(event.signatureProblem()),
                                    event.topic(),
                                    event.partition(),
                                    event.offset(),
                                    event.event().text())
                            .map(value -> cell(value.toString()))
                            .collect(Collectors.joining(","))
                    + "\r\n";
        }
    },
    /** Open Cybersecurity Schema Framework, version 1.3.0: class API Activity (6003), an object a line. */
    OCSF("application", "jsonl", "ocsf.jsonl") {
        @Override
        String line(long id, RecordedEvent event) {
            return Json.MAPPER.writeValueAsString(Ocsf.apiActivity(id, event)) + "\n";
        }
    };

    private final String type;
    private final String subtype;
    private final String extension;

    ExportFormat(String type, String subtype, String extension) {
        this.type = type;
        this.subtype = subtype;
        this.extension = extension;
    }

    /**
     * Returns the format of a name.
     *
     * @throws IllegalArgumentException naming what there is
     */
    public static ExportFormat named(String name) {
        return Arrays.stream(values())
                .filter(each -> each.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'format' is \"" + name + "\": it is one of "
                        + Arrays.stream(values())
                                .map(each -> each.name().toLowerCase(Locale.ROOT))
                                .toList()));
    }

    /** Returns the media type. */
    public String mediaType() {
        return type + "/" + subtype + ";charset=UTF-8";
    }

    /** Returns how a file's name ends. */
    public String extension() {
        return extension;
    }

    /** Returns what comes first. */
    public byte[] head() {
        return header().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns an event. */
    public byte[] event(long id, RecordedEvent event) {
        return line(id, event).getBytes(StandardCharsets.UTF_8);
    }

    String header() {
        return "";
    }

    abstract String line(long id, RecordedEvent event);

    static @Nullable Boolean verified(RecordedEvent event) {
        return event.signedBy() != null ? Boolean.TRUE : event.signatureProblem() != null ? Boolean.FALSE : null;
    }

    private static Object text(@Nullable Object value) {
        return value == null ? "" : value;
    }

    /** A spreadsheet would compute what begins as a formula does (OWASP, CSV Injection). */
    private static String cell(String value) {
        String safe = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0 && !value.matches("-?\\d+")
                ? "'" + value
                : value;
        return safe.chars().anyMatch(each -> each == ',' || each == '"' || each == '\n' || each == '\r')
                ? "\"" + safe.replace("\"", "\"\"") + "\""
                : safe;
    }

    /** Events in the words of OCSF. */
    private static final class Ocsf {
        private static final String VERSION = "1.3.0";
        private static final int APPLICATION_ACTIVITY = 6;
        private static final int API_ACTIVITY = 6003;
        private static final int OTHER = 99;

        static Map<String, Object> apiActivity(long id, RecordedEvent event) {
            Map<String, Object> activity = new LinkedHashMap<>();
            activity.put("category_uid", APPLICATION_ACTIVITY);
            activity.put("category_name", "Application Activity");
            activity.put("class_uid", API_ACTIVITY);
            activity.put("class_name", "API Activity");
            activity.put("activity_id", OTHER);
            activity.put("activity_name", event.type());
            activity.put("type_uid", API_ACTIVITY * 100 + OTHER);
            activity.put("type_name", "API Activity: Other");
            activity.put("time", event.occurredAt().toEpochMilli());
            boolean isRefused = "DENIED".equals(event.outcome()) || event.signatureProblem() != null;
            activity.put("severity_id", isRefused ? 3 : 1);
            activity.put("severity", isRefused ? "Medium" : "Informational");
            status(activity, event.outcome());
            activity.put("actor", Map.of("user", user(event)));
            activity.put("api", api(event));
            // The gateway does not keep where an agent connects from.
            activity.put("src_endpoint", Map.of("name", event.agent() == null ? "gateway" : event.agent()));
            activity.put("metadata", metadata(id, event));
            activity.put("unmapped", Map.of("event", event.event()));
            return activity;
        }

        private static void status(Map<String, Object> activity, @Nullable String outcome) {
            if (outcome == null) {
                return;
            }
            switch (outcome) {
                case "SUCCEEDED", "ALLOWED" -> {
                    activity.put("status_id", 1);
                    activity.put("status", "Success");
                }
                case "FAILED", "DENIED", "EXPIRED", "CANCELLED" -> {
                    activity.put("status_id", 2);
                    activity.put("status", "Failure");
                }
                default -> {
                    activity.put("status_id", 0);
                    activity.put("status", "Unknown");
                }
            }
            activity.put("status_detail", outcome);
        }

        private static Map<String, Object> user(RecordedEvent event) {
            String name = event.agent() == null ? String.valueOf(event.signedBy()) : event.agent();
            return Map.of("name", name, "uid", name, "type_id", event.agent() == null ? 3 : 99);
        }

        private static Map<String, Object> api(RecordedEvent event) {
            Map<String, Object> api = new LinkedHashMap<>();
            api.put("operation", event.tool() == null ? event.type() : event.tool());
            if (event.upstream() != null) {
                api.put("service", Map.of("name", event.upstream()));
            }
            if (event.callId() != null) {
                api.put("request", Map.of("uid", event.callId().toString()));
            }
            return api;
        }

        private static Map<String, Object> metadata(long id, RecordedEvent event) {
            Map<String, Object> metadata = new LinkedHashMap<>();
            metadata.put("version", VERSION);
            metadata.put("uid", Long.toString(id));
            metadata.put("event_code", event.type());
            metadata.put("log_name", event.topic());
            metadata.put("product", Map.of("name", "OpenClaw Gateway", "vendor_name", "OpenClaw"));
            if (event.callId() != null) {
                metadata.put("correlation_uid", event.callId().toString());
            }
            List<String> labels = new ArrayList<>();
            if (event.signedBy() != null) {
                labels.add("signed-by:" + event.signedBy());
            }
            if (event.signatureProblem() != null) {
                labels.add("writer-not-proven");
            }
            if (!labels.isEmpty()) {
                metadata.put("labels", labels);
            }
            return metadata;
        }
    }
}
