package io.openclaw.gateway.approval.channel.web;

import io.openclaw.gateway.approval.channel.slack.SlackInteractions;
import io.openclaw.gateway.approval.channel.webhook.WebhookDecisions;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppWebhook;
import java.util.Optional;

/** Where vendors deliver: empty for each channel that is off. */
public record ChannelDoors(
        Optional<WhatsAppWebhook> whatsApp, Optional<SlackInteractions> slack, Optional<WebhookDecisions> webhook) {}
