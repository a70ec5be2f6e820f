package io.openclaw.gateway.common.inspection;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognises texts that speak to a model instead of telling it something (prompt injection, OWASP LLM01): instructions to
 * forget its own, made-up turns of a conversation, hidden characters, pictures whose address carries data away.
 */
public final class InjectionScanner {
    /** What stands in place of what was found. */
    public static final String MASK = "[masked: instructions to a model]";

    private static final Map<String, Pattern> FORMS = new LinkedHashMap<>();

    static {
        form(
                "override",
                "(?i)\\b(?:ignore|disregard|forget|override|bypass|do not follow|don't follow)\\b[^.\\n]{0,40}\\b(?:previous|prior|above|earlier|preceding|all|any|your|system|original)\\b[^.\\n]{0,30}\\b(?:instructions?|prompts?|rules|guidelines|directions|context|polic(?:y|ies)|guardrails|training)\\b[^.\\n]{0,200}");
        form(
                "new-instructions",
                "(?i)(?:\\bnew|\\bupdated|\\breal|\\bactual|\\bsystem|\\badmin(?:istrator)?|\\bdeveloper)\\s+(?:instructions?|prompt|directive|override|message|mode)\\s*(?::|enabled|activated|=)[^\\n]{0,200}");
        form(
                "role",
                "(?i)\\b(?:you are now|from now on,? you|act as if you (?:are|were|have)|pretend (?:to be|you are)|your new (?:role|task|goal) is)\\b[^\\n]{0,200}");
        form(
                "turn",
                "(?i)(?:<\\|?(?:im_start|im_end|system|endoftext|start_header_id|eot_id)\\|?>|</?(?:system|assistant|instructions?|tool_call|function_calls|antml[^>]{0,20})>|\\[/?INST\\]|<<SYS>>|(?:^|\\n)\\s*(?:###\\s*)?(?:system|assistant|human)\\s*:\\s)");
        form(
                "secrecy",
                "(?i)\\b(?:do not|don't|never|without)\\s+(?:tell|telling|inform|informing|mention|mentioning|alert|alerting|notify|notifying|reveal|show)(?:ing)?\\s+(?:this |it |anything )?(?:to )?(?:the )?(?:user|human|owner|operator|anyone|anybody|people)\\b[^\\n]{0,200}");
        form(
                "command",
                "(?i)\\b(?:assistant|agent|ai|model|llm|bot|claude|gpt|openclaw)s?\\b[^.\\n]{0,40}\\b(?:must|should|has to|have to|needs? to|please|shall|will now)\\b[^.\\n]{0,60}\\b(?:run|execute|send|email|upload|post|delete|download|forward|transfer|call|open|fetch|install|approve)\\b[^\\n]{0,200}");
        form(
                "exfiltration",
                "(?i)\\b(?:send|post|upload|forward|e-?mail|exfiltrate|leak|include|append)\\b[^.\\n]{0,60}\\b(?:password|secret|token|credential|api.?key|private key|environment variables|\\.env|id_rsa|conversation|system prompt|chat history)s?\\b[^.\\n]{0,60}\\b(?:to|in|into|at|via)\\b[^\\n]{0,200}");
        form("picture", "!\\[[^\\]]{0,200}\\]\\(https?://[^)\\s]{1,300}[?&][A-Za-z0-9_]{1,40}=[^)\\s]{0,400}\\)");
        form(
                "hidden",
                "[\\x{E0000}-\\x{E007F}]{2,}|[\\u200B-\\u200F\\u2060-\\u2064\\uFEFF]{4,}|[\\u202A-\\u202E\\u2066-\\u2069]");
        form(
                "verdict",
                "(?i)\\b(?:this (?:command|call|request|tool call)|it) (?:is|has been|was) (?:already )?(?:safe|approved|authori[sz]ed|pre-?approved|whitelisted|allowed by)\\b[^\\n]{0,100}");
    }

    private InjectionScanner() {}

    private static void form(String kind, String regex) {
        FORMS.put(kind, Pattern.compile(regex));
    }

    /** Returns what kinds of instructions a text holds; none, most of the time. */
    public static Set<String> kinds(String text) {
        Set<String> kinds = new LinkedHashSet<>();
        FORMS.forEach((kind, pattern) -> {
            if (pattern.matcher(text).find()) {
                kinds.add(kind);
            }
        });
        return kinds;
    }

    /** Replaces the instructions in a text. */
    public static String mask(String text) {
        String masked = text;
        for (Pattern pattern : FORMS.values()) {
            masked = pattern.matcher(masked).replaceAll(Matcher.quoteReplacement(MASK));
        }
        return masked;
    }
}
