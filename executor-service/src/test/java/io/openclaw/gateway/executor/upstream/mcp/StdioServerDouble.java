package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** An MCP server over stdio, of the older era, that can be made to behave badly. */
final class StdioServerDouble {
    private StdioServerDouble() {}

    static void main(String... args) throws IOException, InterruptedException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode message = Json.MAPPER.readTree(line);
            if (!message.has("id")) {
                continue;
            }
            switch (message.path("method").asString("")) {
                case "initialize" ->
                    result(message, "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}}}");
                case "tools/list" -> result(message, "{\"tools\":[{\"name\":\"echo\"}]}");
                case "tools/call" -> call(message);
                case "ping" -> result(message, "{}");
                default -> say("\"id\":" + message.get("id") + ",\"error\":{\"code\":-32601,\"message\":\"no\"}");
            }
        }
    }

    private static void call(JsonNode message) throws InterruptedException {
        switch (message.at("/params/arguments/do").asString("")) {
            case "exit" -> {
                System.err.println("last words");
                System.err.flush();
                Thread.sleep(100);
                System.exit(7);
            }
            case "eat" -> {
                List<byte[]> eaten = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    byte[] bite = new byte[10_000_000];
                    java.util.Arrays.fill(bite, (byte) 1);
                    eaten.add(bite);
                }
                Thread.sleep(20_000);
                result(message, "{\"content\":[" + eaten.size() + "]}");
            }
            case "flood" -> {
                for (int i = 0; i < 60; i++) {
                    System.out.print("x".repeat(100_000));
                }
                System.out.flush();
                Thread.sleep(20_000);
            }
            case "babble" -> {
                System.out.println("Starting up ...");
                System.out.println("{\"not\":\"a message\"}");
                System.out.println();
                done(message, "done");
            }
            case "environment" -> done(message, System.getenv().toString());
            default -> done(message, "done");
        }
    }

    private static void done(JsonNode message, String text) {
        result(message, "{\"content\":[{\"type\":\"text\",\"text\":" + Json.MAPPER.writeValueAsString(text) + "}]}");
    }

    private static void result(JsonNode message, String result) {
        say("\"id\":" + message.get("id") + ",\"result\":" + result);
    }

    private static void say(String fields) {
        System.out.println("{\"jsonrpc\":\"2.0\"," + fields + "}");
        System.out.flush();
    }
}
