package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.inspection.InjectionScanner;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The texts of one list of a result, such as the items of MCP's {@code content}, read as the agent reads them: one behind the
 * other, with and without a blank between them, so that no instruction hides by being split.
 */
final class JoinedTexts {
    /** Texts of a list beyond these are read one by one alone. */
    private static final int MAX_TEXTS = 10_000;

    /** A text, which one of the values of the JSON it is, and where it begins in the joined text. */
    private record Text(int value, String text, int start) {}

    private final Set<String> kinds = new LinkedHashSet<>();
    private final Map<Integer, List<InjectionScanner.Part>> masked = new HashMap<>();

    private JoinedTexts() {}

    /** Joins the texts of each list of a JSON; what is no JSON has none. */
    static JoinedTexts of(RawJson json) {
        var joined = new JoinedTexts();
        Deque<List<Text>> lists = new ArrayDeque<>();
        int values = 0;
        String name = "";
        try (JsonParser parser = Json.MAPPER.createParser(json.text())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_ARRAY -> {
                        lists.push(new ArrayList<>());
                        name = "";
                    }
                    case END_ARRAY -> joined.read(lists.pop());
                    case PROPERTY_NAME -> name = parser.currentName();
                    case VALUE_STRING -> {
                        int value = values++;
                        boolean read = name.isEmpty()
                                || name.equals("text")
                                || name.equals("content")
                                || name.equals("message");
                        List<Text> list = lists.peek();
                        if (read && list != null && list.size() < MAX_TEXTS) {
                            list.add(new Text(value, parser.getString(), 0));
                        }
                    }
                    default -> {}
                }
                if (token == JsonToken.END_OBJECT) {
                    name = "";
                }
            }
        } catch (JacksonException e) {
            return new JoinedTexts();
        }
        return joined;
    }

    Set<String> kinds() {
        return kinds;
    }

    /** Returns a value of the JSON with those parts masked that speak to a model together with its neighbours. */
    String mask(int value, String text) {
        List<InjectionScanner.Part> parts = masked.get(value);
        if (parts == null) {
            return text;
        }
        var shown = new StringBuilder();
        int done = 0;
        for (InjectionScanner.Part part : parts.stream()
                .sorted(Comparator.comparingInt(InjectionScanner.Part::start))
                .toList()) {
            if (part.end() > done) {
                shown.append(text, done, Math.max(done, part.start())).append(InjectionScanner.MASK);
                done = part.end();
            }
        }
        return shown.append(text, done, text.length()).toString();
    }

    private void read(List<Text> texts) {
        // A list of single words is a list, and no sentence.
        if (texts.size() < 2
                || texts.stream().noneMatch(text -> text.text.indexOf(' ') >= 0 || isIdeographic(text.text))) {
            return;
        }
        for (String between : List.of(" ", "")) {
            var whole = new StringBuilder();
            List<Text> placed = new ArrayList<>();
            for (Text text : texts) {
                placed.add(new Text(text.value, text.text, whole.length()));
                whole.append(text.text).append(between);
            }
            InjectionScanner.Found found = InjectionScanner.find(whole.toString());
            kinds.addAll(found.kinds());
            int first = 0;
            for (InjectionScanner.Part part : found.parts()) {
                while (first < placed.size() && end(placed.get(first)) <= part.start()) {
                    first++;
                }
                for (int i = first; i < placed.size() && placed.get(i).start < part.end(); i++) {
                    add(placed.get(i), part);
                }
            }
        }
    }

    private void add(Text text, InjectionScanner.Part part) {
        int start = Math.max(0, part.start() - text.start);
        int end = Math.min(text.text.length(), part.end() - text.start);
        if (start < end) {
            masked.computeIfAbsent(text.value, key -> new ArrayList<>()).add(new InjectionScanner.Part(start, end));
        }
    }

    private static int end(Text text) {
        return text.start + text.text.length();
    }

    private static boolean isIdeographic(String text) {
        return text.codePoints().anyMatch(Character::isIdeographic);
    }
}
