package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a tool's name alone says that it does, whatever its arguments are: it moves money, gives rights, or stops a machine. */
final class NamedEffects {
    /** Verbs of tools that look at something, and do nothing to it. */
    private static final Set<String> LOOKS = Names.set("""
            get list show describe read view search find check status history preview estimate validate explain count fetch
            query lookup export report watch monitor
            """);
    /** Verbs that move money by themselves, and nouns that say so beside another verb. */
    private static final Set<String> SPENDS = Names.set("refund payout purchase buy withdraw donate");

    private static final Set<String> MOVES =
            Names.set("transfer send create make wire capture issue submit execute place");
    private static final Set<String> MONEY =
            Names.set("funds money payment payments payout payouts refund refunds charge crypto wire");

    private static final Set<String> GIVES = Names.set("grant elevate impersonate promote assign add attach make");
    private static final Set<String> RIGHTS =
            Names.set("admin administrator owner superuser root public privilege privileges permission permissions");
    private static final Set<String> SWITCHES_OFF = Names.set("disable remove bypass reset turn");
    private static final Set<String> PROTECTIONS =
            Names.set("mfa 2fa totp sso firewall antivirus guardrail guardrails audit");
    private static final Set<String> KEYS = Names.set("key keys token credential credentials");
    private static final Set<String> OF_ACCESS = Names.set("access api service secret personal root");

    private static final Set<String> STOPS = Names.set("shutdown reboot poweroff halt");
    private static final Set<String> MACHINES =
            Names.set("system machine computer host server os device instance vm node pc");
    private static final Set<String> TRASH = Names.set("trash bin recycle");

    private final ToolArguments reader;
    private final ToolProfile profile;

    NamedEffects(ToolArguments reader, ToolProfile profile) {
        this.reader = reader;
        this.profile = profile;
    }

    /** @param object the arguments of the call */
    void read(JsonNode object) {
        List<String> words = profile.words();
        if (profile.does(Effect.TEXT)
                || profile.program() != null
                || words.stream().anyMatch(LOOKS::contains)) {
            return;
        }
        if (any(SPENDS) || (any(MOVES) && any(MONEY))) {
            add(":spend");
        }
        if ((any(GIVES) && any(RIGHTS)) || (profile.says("create") && any(OF_ACCESS) && any(KEYS))) {
            add(":grant");
        }
        if (any(SWITCHES_OFF) && any(PROTECTIONS)) {
            add(":grant");
        }
        if (any(STOPS) && (profile.own() == 1 || any(MACHINES))) {
            add(":power");
        }
        if (profile.says("empty") && any(TRASH)) {
            reader.add(Invocation.of(":remove-resource", ToolArguments.arguments(List.of("trash"))));
        }
        if (profile.says("env", "environment", "variable", "variables")
                && profile.says("set", "setenv", "update", "add")) {
            String name = text(object, "name", "key", "variable", "var");
            String value = text(object, "value", "val");
            if (name != null && value != null) {
                reader.add(Invocation.of(":assign", ToolArguments.arguments(List.of(name, value))));
            }
        }
    }

    private boolean any(Set<String> words) {
        return profile.words().stream().anyMatch(words::contains);
    }

    private void add(String effect) {
        reader.add(Invocation.of(effect, ToolArguments.arguments(profile.words())));
    }

    private static @Nullable String text(JsonNode object, String... names) {
        for (String name : names) {
            if (object.path(name).isString()) {
                return object.path(name).asString();
            }
        }
        return null;
    }
}
