package io.openclaw.gateway.approval.channel;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.OnCall;
import io.openclaw.gateway.approval.channel.core.People;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.approval.channel.slack.SlackChannel;
import io.openclaw.gateway.approval.channel.slack.SlackInteractions;
import io.openclaw.gateway.approval.channel.web.ChannelController;
import io.openclaw.gateway.approval.channel.web.ChannelDoors;
import io.openclaw.gateway.approval.channel.web.ChannelSecurity;
import io.openclaw.gateway.approval.channel.webhook.OnCallWebhook;
import io.openclaw.gateway.approval.channel.webhook.WebhookChannel;
import io.openclaw.gateway.approval.channel.webhook.WebhookDecisions;
import io.openclaw.gateway.approval.channel.webhook.WebhookSignature;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppChannel;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppWebhook;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.PeopleStore;
import io.openclaw.gateway.common.console.ConsoleJournal;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.web.ConsoleLogin;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Puts channels together: those whose settings are there. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ChannelSettings.class)
@Import({ChannelController.class, ChannelSecurity.class})
public class ChannelConfiguration {
    private static final Logger log = LoggerFactory.getLogger(ChannelConfiguration.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration ON_CALL_TIMEOUT = Duration.ofSeconds(5);

    /** The channels that are on. */
    record Channels(List<Channel> all) {
        Channels {
            all = List.copyOf(all);
        }
    }

    @Bean
    ChannelStore channelStore(ApprovalStore migrated, JdbcClient jdbc) {
        return new ChannelStore(new Schema("approval"), jdbc);
    }

    @Bean
    Channels channels(ChannelSettings settings, Clock clock) {
        var client = new VendorClient(TIMEOUT, clock);
        List<Channel> channels = new ArrayList<>();
        if (settings.whatsapp().isOn()) {
            channels.add(new WhatsAppChannel(settings.whatsapp().channel(), client));
        }
        if (settings.slack().isOn()) {
            channels.add(new SlackChannel(settings.slack().channel(), client));
        }
        if (settings.webhook().isOn()) {
            channels.add(new WebhookChannel(
                    new WebhookChannel.Settings(
                            settings.webhook().address(),
                            new WebhookSignature(settings.webhook().signingSecret()),
                            settings.webhook().most()),
                    client,
                    clock));
        }
        if (!channels.isEmpty()) {
            log.info(
                    "people are asked through {}",
                    channels.stream().map(Channel::name).collect(Collectors.joining(", ")));
            if (settings.people().isEmpty()) {
                log.warn("nobody is asked: openclaw.channels.people says where nobody is reached");
            }
        }
        return new Channels(channels);
    }

    @Bean
    ChannelDoors channelDoors(ChannelSettings settings, Clock clock) {
        ChannelSettings.WhatsApp whatsApp = settings.whatsapp();
        ChannelSettings.Slack slack = settings.slack();
        return new ChannelDoors(
                whatsApp.isOn()
                        ? Optional.of(new WhatsAppWebhook(
                                String.valueOf(whatsApp.appSecret()),
                                String.valueOf(whatsApp.verifyToken()),
                                String.valueOf(whatsApp.phoneNumberId())))
                        : Optional.empty(),
                slack.isOn()
                        ? Optional.of(new SlackInteractions(String.valueOf(slack.signingSecret()), clock))
                        : Optional.empty(),
                settings.webhook().isOn()
                        ? Optional.of(new WebhookDecisions(
                                new WebhookSignature(settings.webhook().signingSecret()), clock))
                        : Optional.empty());
    }

    @Bean
    Presses presses(
            ChannelStore store,
            ApprovalDesk desk,
            Channels channels,
            ChannelSettings settings,
            ConsoleLogin login,
            ConsoleJournal journal,
            Redactor redactor,
            MeterRegistry meters,
            Clock clock) {
        return new Presses(
                store,
                desk,
                channels.all(),
                settings.contacts(),
                new ConsolePeople(login),
                settings.rights(),
                settings.consoleUrl(),
                journal,
                redactor,
                meters,
                clock);
    }

    @Bean
    ChannelWork channelWork(
            ChannelStore store,
            ApprovalStore approvals,
            PeopleStore people,
            ApprovalDesk desk,
            Channels channels,
            Presses presses,
            ChannelSettings settings,
            ConsoleLogin login,
            ConsoleJournal journal,
            BackgroundWork work,
            MeterRegistry meters,
            Clock clock) {
        ChannelSettings.RoutingSettings routing = settings.routing();
        People approvers = new ConsolePeople(login);
        var outreach = new Outreach(
                store,
                approvals,
                people,
                desk,
                channels.all(),
                settings.contacts(),
                approvers,
                routing.routing(),
                onCall(routing, clock),
                routing.unreachable() == ChannelSettings.Unreachable.END,
                journal,
                clock);
        List<Sender> senders = channels.all().stream()
                .map(channel ->
                        new Sender(channel, store, approvals, settings.rights(), settings.consoleUrl(), meters, clock))
                .toList();
        channels.all()
                .forEach(channel -> Gauge.builder(
                                "openclaw.channel.waiting", store, each -> each.waiting(channel.name()))
                        .description("messages that are still to be sent")
                        .tag("channel", channel.name())
                        .register(meters));
        return new ChannelWork(outreach, presses, senders, store, work, clock);
    }

    private static OnCall onCall(ChannelSettings.RoutingSettings routing, Clock clock) {
        OnCall.Schedule schedule = routing.schedule();
        return routing.onCallUrl() == null
                ? schedule
                : new OnCallWebhook(
                        ChannelSettings.url("routing.on-call-url", routing.onCallUrl()),
                        routing.onCallToken(),
                        new VendorClient(ON_CALL_TIMEOUT, clock),
                        schedule);
    }
}
