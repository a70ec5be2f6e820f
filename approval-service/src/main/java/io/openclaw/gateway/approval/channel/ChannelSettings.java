package io.openclaw.gateway.approval.channel;

import io.openclaw.gateway.approval.channel.core.Contacts;
import io.openclaw.gateway.approval.channel.core.Hours;
import io.openclaw.gateway.approval.channel.core.OnCall;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.Rights;
import io.openclaw.gateway.approval.channel.core.Routing;
import io.openclaw.gateway.approval.channel.slack.SlackChannel;
import io.openclaw.gateway.approval.channel.webhook.WebhookChannel;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppChannel;
import io.openclaw.gateway.common.call.Severity;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of channels. A channel is off unless what it needs is set; a part of that is an error. An empty value counts as not set.
 *
 * @param consoleUrl where people reach the console, such as {@code https://gateway.example.com}; messages link there
 * @param people where people are reached, by the name at the console
 * @param may what may be answered through channels, by severity
 * @param rules what certain rules allow at the most: {@code RULE=RIGHT} or {@code CHANNEL:RULE=RIGHT}
 * @param routing who is asked, and when
 * @param whatsapp WhatsApp
 * @param slack Slack
 * @param webhook programs
 */
@ConfigurationProperties("openclaw.channels")
public record ChannelSettings(
        @Nullable String consoleUrl,
        @DefaultValue Map<String, PersonSettings> people,
        @DefaultValue May may,
        @DefaultValue List<String> rules,
        @DefaultValue RoutingSettings routing,
        @DefaultValue WhatsApp whatsapp,
        @DefaultValue Slack slack,
        @DefaultValue Webhook webhook) {

    /** @throws IllegalArgumentException naming the setting that makes no sense, and what it may be */
    public ChannelSettings {
        consoleUrl = blankAsNull(consoleUrl);
        if (consoleUrl != null) {
            url("console-url", consoleUrl);
            consoleUrl = consoleUrl.endsWith("/") ? consoleUrl.substring(0, consoleUrl.length() - 1) : consoleUrl;
        }
        people = Map.copyOf(people);
        rules = List.copyOf(rules);
    }

    /**
     * Where somebody is reached.
     *
     * @param whatsapp the number with its country's code; what is no digit in it is left out
     * @param slack the member's id, such as {@code U024BE7LH}
     * @param webhook the name that the program behind the webhook has for the person
     * @param hours when the person may be asked, such as {@code MON-FRI 08:00-18:00}; always, if absent
     */
    public record PersonSettings(
            @Nullable String whatsapp,
            @Nullable String slack,
            @Nullable String webhook,
            @Nullable String hours) {}

    /**
     * What may be answered through channels about a call whose worst reason has a severity.
     *
     * @param info of severity {@code INFO}
     * @param low of severity {@code LOW}
     * @param medium of severity {@code MEDIUM}
     * @param high of severity {@code HIGH}
     * @param critical of severity {@code CRITICAL}
     */
    public record May(
            @DefaultValue("approve") Right info,
            @DefaultValue("approve") Right low,
            @DefaultValue("approve") Right medium,
            @DefaultValue("approve") Right high,
            @DefaultValue("link") Right critical) {}

    /** What happens to a call about which nobody can be reached. */
    public enum Unreachable {
        /** It waits at the console until its time is over. */
        WAIT,
        /** Its time is over at once. */
        END
    }

    /**
     * Who is asked, and when.
     *
     * @param first people or groups to ask first; all whose yes would count, if empty
     * @param second people or groups to ask next
     * @param secondAfter how long the first are asked alone
     * @param onCall shifts, such as {@code MON-FRI 08:00-18:00 alice bob}
     * @param onCallUrl a program that answers who is on call
     * @param onCallToken what it is sent as a bearer token
     * @param onCallAfter when those who are on call are asked as well
     * @param zone whose hours are meant in shifts and in hours of people
     * @param remindAfter when somebody who did not answer is asked again
     * @param reminders how often; not at all, if 0
     * @param unreachable what happens to a call about which nobody can be reached
     */
    public record RoutingSettings(
            @DefaultValue List<String> first,
            @DefaultValue List<String> second,
            @DefaultValue("5m") Duration secondAfter,
            @DefaultValue List<String> onCall,
            @Nullable String onCallUrl,
            @Nullable String onCallToken,
            @DefaultValue("10m") Duration onCallAfter,
            @DefaultValue("UTC") String zone,
            @DefaultValue("5m") Duration remindAfter,
            @DefaultValue("1") int reminders,
            @DefaultValue("wait") Unreachable unreachable) {

        public RoutingSettings {
            onCallUrl = blankAsNull(onCallUrl);
            onCallToken = blankAsNull(onCallToken);
            if (secondAfter.isNegative() || onCallAfter.isNegative() || !remindAfter.isPositive() || reminders < 0) {
                throw new IllegalArgumentException(
                        "openclaw.channels.routing: second-after and on-call-after may not be below 0, remind-after has to"
                                + " be above, and reminders may not be below 0");
            }
        }

        ZoneId zoneId() {
            try {
                return ZoneId.of(zone);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "openclaw.channels.routing.zone is '" + zone
                                + "'; it has to be a time zone such as Europe/Berlin",
                        e);
            }
        }

        Routing routing() {
            return new Routing(first, second, secondAfter, onCallAfter, remindAfter, reminders);
        }

        OnCall.Schedule schedule() {
            return new OnCall.Schedule(
                    onCall.stream()
                            .filter(shift -> !shift.isBlank())
                            .map(OnCall.Shift::of)
                            .toList(),
                    zoneId());
        }
    }

    /**
     * WhatsApp's Cloud API.
     *
     * @param accessToken of the system user of the Meta app
     * @param phoneNumberId the id of the number that sends
     * @param appSecret the secret of the Meta app, which signs what it delivers
     * @param verifyToken what is typed at Meta when the webhook is set up
     * @param url the API
     * @param version of the API
     * @param template the template with five variables and the quick replies Approve, Deny and Details
     * @param linkTemplate the template with five variables and no buttons
     * @param language of the templates
     * @param most what may be answered through it at the most
     */
    public record WhatsApp(
            @Nullable String accessToken,
            @Nullable String phoneNumberId,
            @Nullable String appSecret,
            @Nullable String verifyToken,
            @DefaultValue("https://graph.facebook.com") String url,
            @DefaultValue("v24.0") String version,
            @Nullable String template,
            @Nullable String linkTemplate,
            @DefaultValue("en") String language,
            @DefaultValue("approve") Right most) {

        public WhatsApp {
            url = url.isBlank() ? "https://graph.facebook.com" : url.strip();
        }

        /** Tells whether it is on. */
        boolean isOn() {
            return isComplete(
                    "WhatsApp",
                    names(
                            "WHATSAPP_ACCESS_TOKEN", accessToken,
                            "WHATSAPP_PHONE_NUMBER_ID", phoneNumberId,
                            "WHATSAPP_APP_SECRET", appSecret,
                            "WHATSAPP_VERIFY_TOKEN", verifyToken));
        }

        WhatsAppChannel.Settings channel() {
            return new WhatsAppChannel.Settings(
                    ChannelSettings.url(
                            "whatsapp.url",
                            url + "/" + ChannelSettings.word("whatsapp.version", version) + "/"
                                    + ChannelSettings.word("whatsapp.phone-number-id", set(phoneNumberId))
                                    + "/messages"),
                    set(accessToken),
                    blankAsNull(template),
                    blankAsNull(linkTemplate),
                    language,
                    most);
        }

        /** Leaves secrets out. */
        @Override
        public String toString() {
            return "WhatsApp[" + phoneNumberId + "]";
        }
    }

    /**
     * Slack.
     *
     * @param botToken of the app's bot, {@code xoxb-…}
     * @param signingSecret of the app, which signs what it posts
     * @param url the API
     * @param most what may be answered through it at the most
     */
    public record Slack(
            @Nullable String botToken,
            @Nullable String signingSecret,
            @DefaultValue("https://slack.com/api") String url,
            @DefaultValue("approve") Right most) {

        public Slack {
            url = url.isBlank() ? "https://slack.com/api" : url.strip();
        }

        /** Tells whether it is on. */
        boolean isOn() {
            return isComplete("Slack", names("SLACK_BOT_TOKEN", botToken, "SLACK_SIGNING_SECRET", signingSecret));
        }

        SlackChannel.Settings channel() {
            return new SlackChannel.Settings(ChannelSettings.url("slack.url", url), set(botToken), most);
        }

        /** Leaves secrets out. */
        @Override
        public String toString() {
            return "Slack[]";
        }
    }

    /**
     * Programs.
     *
     * @param url where events are posted
     * @param secret signs in both directions: {@code whsec_} and at least 24 bytes in Base64
     * @param most what may be answered through it at the most
     */
    public record Webhook(
            @Nullable String url,
            @Nullable String secret,
            @DefaultValue("approve") Right most) {

        /** Tells whether it is on. */
        boolean isOn() {
            return isComplete(
                    "the webhook",
                    names("OPENCLAW_CHANNELS_WEBHOOK_URL", url, "OPENCLAW_CHANNELS_WEBHOOK_SECRET", secret));
        }

        URI address() {
            return ChannelSettings.url("webhook.url", set(url));
        }

        String signingSecret() {
            return set(secret);
        }

        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "Webhook[" + url + "]";
        }
    }

    /** Returns what may be answered through channels. */
    Rights rights() {
        return new Rights(
                Map.of(
                        Severity.INFO, may.info(),
                        Severity.LOW, may.low(),
                        Severity.MEDIUM, may.medium(),
                        Severity.HIGH, may.high(),
                        Severity.CRITICAL, may.critical()),
                rules.stream()
                        .filter(rule -> !rule.isBlank())
                        .map(Rights.Rule::of)
                        .toList());
    }

    /** Returns the list of approvers. */
    Contacts contacts() {
        List<Contacts.Contact> contacts = new ArrayList<>();
        people.forEach((name, person) -> {
            Map<String, String> addresses = new LinkedHashMap<>();
            String number = person.whatsapp() == null ? "" : person.whatsapp().replaceAll("\\D", "");
            if (blankAsNull(person.whatsapp()) != null) {
                require(
                        number.matches("[1-9]\\d{6,14}"),
                        "people." + name
                                + ".whatsapp has to be a number with its country's code, such as +49 151 23456789");
                addresses.put(WhatsAppChannel.NAME, number);
            }
            String slack = blankAsNull(person.slack());
            if (slack != null) {
                require(
                        slack.matches("[UW][A-Z0-9]{2,30}"),
                        "people." + name + ".slack has to be a member's id, such as U024BE7LH");
                addresses.put(SlackChannel.NAME, slack);
            }
            String webhook = blankAsNull(person.webhook());
            if (webhook != null) {
                addresses.put(WebhookChannel.NAME, webhook);
            }
            String hours = blankAsNull(person.hours());
            contacts.add(new Contacts.Contact(name, addresses, hours == null ? null : Hours.of(hours)));
        });
        return new Contacts(contacts, routing.zoneId());
    }

    private static Map<String, String> names(@Nullable String... namesAndValues) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(set(namesAndValues[i]), namesAndValues[i + 1] == null ? "" : set(namesAndValues[i + 1]));
        }
        return values;
    }

    private static boolean isComplete(String channel, Map<String, String> values) {
        List<String> missing = values.entrySet().stream()
                .filter(each -> each.getValue().isBlank())
                .map(Map.Entry::getKey)
                .toList();
        if (missing.isEmpty() || missing.size() == values.size()) {
            return missing.isEmpty();
        }
        throw new IllegalArgumentException("for " + channel + " " + String.join(", ", missing)
                + " must be set, too; without any of " + String.join(", ", values.keySet()) + " it is off");
    }

    static URI url(String name, String text) {
        try {
            URI url = URI.create(text);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new IllegalArgumentException("openclaw.channels." + name + " is '" + text
                + "'; it has to be a URL such as https://gateway.example.com");
    }

    private static String word(String name, String text) {
        require(text.matches("[A-Za-z0-9._-]+"), name + " is '" + text + "', which has characters that none has");
        return text;
    }

    private static void require(boolean isRight, String otherwise) {
        if (!isRight) {
            throw new IllegalArgumentException("openclaw.channels." + otherwise);
        }
    }

    private static String set(@Nullable String value) {
        if (value == null) {
            throw new IllegalStateException("not set");
        }
        return value;
    }

    static @Nullable String blankAsNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
