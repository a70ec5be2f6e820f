package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.json.RawJson;

/**
 * A tool that a model chose to call.
 *
 * @param id the model's own id of the choice
 * @param name the tool's name as the model was told it
 * @param arguments a JSON object, or a JSON string of what the model wrote in its place
 */
public record Choice(String id, String name, RawJson arguments) {}
