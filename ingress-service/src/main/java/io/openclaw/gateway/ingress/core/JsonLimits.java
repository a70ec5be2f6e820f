package io.openclaw.gateway.ingress.core;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * How much JSON a request may be made of. The work and the memory that a body takes go by its tokens (names, values, brackets and
 * braces) rather than by its bytes: two bytes can be two of them, and each becomes a node in the tree of every stage.
 */
public final class JsonLimits {
    /** What a token counts for in memory, in bytes. */
    public static final int BYTES_PER_TOKEN = 32;
    /** What a token counts for at least among the bytes that an agent may send in a minute. */
    public static final int SENT_PER_TOKEN = 8;

    private final JsonFactory factory;

    /** @param maxTokens how many names, values, brackets and braces a body may have */
    public JsonLimits(int maxTokens) {
        factory = JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder().maxTokenCount(maxTokens).build())
                .build();
    }

    /**
     * Counts the tokens of a body, in one pass that keeps nothing and stops at a limit.
     *
     * @param body need not be valid JSON: its reader says what is wrong with it, up to which it is counted
     * @throws InvalidRequestException naming the limit that it exceeds: of tokens, or of nesting
     */
    public int count(byte[] body) {
        int tokens = 0;
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), body)) {
            while (parser.nextToken() != null) {
                tokens++;
            }
        } catch (StreamConstraintsException e) {
            throw new InvalidRequestException("the body cannot be read: " + JsonProblem.of(e), e);
        } catch (JacksonException e) {
            return tokens;
        }
        return tokens;
    }
}
