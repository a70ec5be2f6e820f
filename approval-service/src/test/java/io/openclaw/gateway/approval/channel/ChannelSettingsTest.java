package io.openclaw.gateway.approval.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.common.call.Severity;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class ChannelSettingsTest {
    private static ChannelSettings settings(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("openclaw.channels", ChannelSettings.class);
    }

    /** As a process has them whose environment is this, and nothing else. */
    private static ChannelSettings ofEnvironment(Map<String, Object> environment) {
        var sources = new StandardEnvironment();
        sources.getPropertySources().stream()
                .map(each -> each.getName())
                .toList()
                .forEach(sources.getPropertySources()::remove);
        sources.getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment));
        Properties defaults = io.openclaw.gateway.common.boot.Defaults.of("approval");
        sources.getPropertySources().addLast(new PropertiesPropertySource("defaults", defaults));
        return Binder.get(sources).bindOrCreate("openclaw.channels", ChannelSettings.class);
    }

    @Test
    void everyChannelIsOffUnlessItIsSet() {
        for (ChannelSettings settings : new ChannelSettings[] {settings(Map.of()), ofEnvironment(Map.of())}) {
            assertThat(settings.whatsapp().isOn()).isFalse();
            assertThat(settings.slack().isOn()).isFalse();
            assertThat(settings.webhook().isOn()).isFalse();
            assertThat(settings.consoleUrl()).isNull();
            assertThat(settings.people()).isEmpty();
            assertThat(settings.rules()).isEmpty();
        }
    }

    @Test
    void hasItsDefaults() {
        ChannelSettings settings = ofEnvironment(Map.of());
        assertThat(settings.rights().bySeverity())
                .containsEntry(Severity.INFO, Right.APPROVE)
                .containsEntry(Severity.LOW, Right.APPROVE)
                .containsEntry(Severity.MEDIUM, Right.APPROVE)
                .containsEntry(Severity.HIGH, Right.APPROVE)
                .containsEntry(Severity.CRITICAL, Right.LINK);
        assertThat(settings.routing().secondAfter()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.routing().onCallAfter()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.routing().reminders()).isEqualTo(1);
        assertThat(settings.routing().unreachable()).isEqualTo(ChannelSettings.Unreachable.WAIT);
        assertThat(settings.routing().schedule().isSet()).isFalse();
    }

    @Test
    void isSetByTheEnvironment() {
        ChannelSettings settings = ofEnvironment(Map.ofEntries(
                Map.entry("WHATSAPP_ACCESS_TOKEN", "EAAG"),
                Map.entry("WHATSAPP_PHONE_NUMBER_ID", "1065"),
                Map.entry("WHATSAPP_APP_SECRET", "secret"),
                Map.entry("WHATSAPP_VERIFY_TOKEN", "verify"),
                Map.entry("OPENCLAW_CONSOLE_URL", "https://gateway.example.com/"),
                Map.entry("OPENCLAW_CHANNELS_PEOPLE_ALICE_WHATSAPP", "+49 151 234-567 89"),
                Map.entry("OPENCLAW_CHANNELS_PEOPLE_ALICE_HOURS", "MON-FRI 08:00-18:00"),
                Map.entry("OPENCLAW_CHANNELS_MAY_HIGH", "deny"),
                Map.entry("OPENCLAW_CHANNELS_RULES", "payments/*=deny,slack:deploy=link"),
                Map.entry("OPENCLAW_CHANNELS_ROUTING_FIRST", "leads"),
                Map.entry("OPENCLAW_CHANNELS_ROUTING_SECOND_AFTER", "90s"),
                Map.entry("OPENCLAW_CHANNELS_ROUTING_ON_CALL", "MON-SUN 00:00-24:00 alice")));
        assertThat(settings.whatsapp().isOn()).isTrue();
        assertThat(settings.whatsapp().channel().messages())
                .hasToString("https://graph.facebook.com/v24.0/1065/messages");
        assertThat(settings.consoleUrl()).isEqualTo("https://gateway.example.com");
        assertThat(settings.contacts().person("whatsapp", "4915123456789")).contains("alice");
        assertThat(settings.rights().bySeverity()).containsEntry(Severity.HIGH, Right.DENY);
        assertThat(settings.rights().rules()).hasSize(2);
        assertThat(settings.routing().routing().first()).containsExactly("leads");
        assertThat(settings.routing().secondAfter()).isEqualTo(Duration.ofSeconds(90));
        assertThat(settings.routing().schedule().shifts()).hasSize(1);
        assertThat(settings.toString()).doesNotContain("EAAG", "secret", "verify");
    }

    @Test
    void saysWhatElseHasToBeSet() {
        ChannelSettings settings = ofEnvironment(Map.of("WHATSAPP_ACCESS_TOKEN", "EAAG", "SLACK_BOT_TOKEN", "xoxb"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.whatsapp().isOn())
                .withMessageContaining(
                        "WHATSAPP_PHONE_NUMBER_ID, WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN must be set");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.slack().isOn())
                .withMessageContaining("SLACK_SIGNING_SECRET must be set");
    }

    @ParameterizedTest
    @CsvSource({
        "people.alice.whatsapp, 12, people.alice.whatsapp",
        "people.alice.slack, alice, people.alice.slack",
        "people.alice.hours, always, MON-FRI",
    })
    void saysWhichAddressIsWrong(String name, String value, String named) {
        ChannelSettings settings = settings(Map.of("openclaw.channels." + name, value));
        assertThatIllegalArgumentException().isThrownBy(settings::contacts).withMessageContaining(named);
    }

    @Test
    void refusesOneAddressOfTwoPeople() {
        ChannelSettings settings = settings(Map.of(
                "openclaw.channels.people.alice.whatsapp", "+4915123456789",
                "openclaw.channels.people.bob.whatsapp", "4915123456789"));
        assertThatIllegalArgumentException().isThrownBy(settings::contacts).withMessageContaining("the same address");
    }
}
