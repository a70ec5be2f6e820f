package io.openclaw.gateway.policy.core;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.regex.RegularExpression;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.policy.core.EcmaPattern.WorkLimitException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;

/**
 * The JSON Schema of a tool's arguments, as far as it can be checked. A keyword that cannot be used is left out alone and
 * named in the notes; what is left never refuses what the whole schema accepts. Decision 0012.
 */
final class ToolSchema {
    private static final long MAX_EVALUATION_STEPS = 5_000_000;
    private static final int MAX_EVALUATION_DEPTH = 2_000;
    private static final int MAX_ERRORS = 3;
    private static final int MAX_MESSAGE = 500;
    /** Numbers are compared as they are written, not as the nearest double. */
    private static final ObjectReader EXACT =
            Json.MAPPER.readerFor(JsonNode.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static final Map<SpecificationVersion, SchemaRegistry> REGISTRIES = registries();

    private final @Nullable Compiled compiled;
    private final List<String> notes;

    private record Compiled(Schema schema, ExecutionConfig limits) {}

    private ToolSchema(@Nullable Compiled compiled, List<String> notes) {
        this.compiled = compiled;
        this.notes = List.copyOf(notes);
    }

    private static Map<SpecificationVersion, SchemaRegistry> registries() {
        Map<SpecificationVersion, SchemaRegistry> registries = new EnumMap<>(SpecificationVersion.class);
        for (SpecificationVersion version : SpecificationVersion.values()) {
            registries.put(
                    version,
                    SchemaRegistry.withDefaultDialect(
                            version,
                            // A schema must not make the gateway fetch anything, nor stand in for another's.
                            builder -> builder.schemaLoader(loader -> loader.fetchRemoteResources(false))
                                    .schemaCacheEnabled(false)
                                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                            .formatAssertionsEnabled(false)
                                            .regularExpressionFactory(ToolSchema::expression)
                                            .build())));
        }
        return registries;
    }

    private static RegularExpression expression(String source) {
        return EcmaPattern.of(source)::isIn;
    }

    /** Reads a schema; whatever it is, some of it can be checked, or nothing. */
    static ToolSchema of(RawJson json) {
        var reading = new SchemaReading();
        try {
            JsonNode usable = reading.read(EXACT.readValue(json.text()));
            if (usable == null) {
                return new ToolSchema(null, reading.notes());
            }
            Schema schema =
                    Objects.requireNonNull(REGISTRIES.get(reading.version())).getSchema(usable);
            schema.initializeValidators();
            var compiled = new Compiled(schema, limits(schema));
            // Compiles all of it.
            errors(compiled, Json.MAPPER.createObjectNode());
            return new ToolSchema(compiled, reading.notes());
        } catch (RuntimeException | StackOverflowError e) {
            return new ToolSchema(
                    null,
                    List.of("the whole schema is not checked: it cannot be compiled: " + shortened(e.toString())));
        }
    }

    /** Returns what of it is not checked, and why; empty if all of it is. */
    List<String> notes() {
        return notes;
    }

    /**
     * Returns what is wrong with arguments, the first of it.
     *
     * @throws WorkLimitException if they cannot be checked within the limits on work
     */
    List<String> problemsWith(RawJson arguments) {
        Compiled usable = compiled;
        if (usable == null) {
            return List.of();
        }
        JsonNode node = EXACT.readValue(arguments.text());
        List<Error> errors;
        try {
            errors = ScopedValue.where(EcmaPattern.WORK, new EcmaPattern.Work(EcmaPattern.MAX_STEPS))
                    .call(() -> errors(usable, node));
        } catch (ValidationLimitExceededException e) {
            throw new WorkLimitException("its schema needs more than " + e.getLimit()
                    + " steps for them, or nests too deeply; send less, or less deeply nested");
        } catch (StackOverflowError e) {
            throw new WorkLimitException("they nest too deeply for its schema; send them less deeply nested");
        }
        return errors.stream()
                .limit(MAX_ERRORS)
                .map(error -> shortened((error.getInstanceLocation() + " " + error.getMessage()).strip()))
                .toList();
    }

    private static ExecutionConfig limits(Schema schema) {
        return ExecutionConfig.builder(schema.createExecutionContext().getExecutionConfig())
                .maxEvaluationSteps(MAX_EVALUATION_STEPS)
                .maxEvaluationDepth(MAX_EVALUATION_DEPTH)
                .build();
    }

    private static List<Error> errors(Compiled compiled, JsonNode node) {
        return compiled.schema().validate(node, context -> context.setExecutionConfig(compiled.limits()));
    }

    static String shortened(String text) {
        return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
    }
}
