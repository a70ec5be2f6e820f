package io.openclaw.gateway.approval.channel.webhook;

import io.openclaw.gateway.approval.channel.core.OnCall;
import io.openclaw.gateway.approval.channel.core.SendingFailedException;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.approval.core.Approval;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Asks a program who is on call: {@code GET} of an address, answered with {@code {"people": ["alice"]}}. An answer holds for a minute;
 * while there is none, the schedule of the settings does.
 */
public final class OnCallWebhook implements OnCall {
    private static final Logger log = LoggerFactory.getLogger(OnCallWebhook.class);
    private static final Duration HOLDS = Duration.ofMinutes(1);
    private static final int MAX_PEOPLE = 100;

    private final URI url;
    private final @Nullable String token;
    private final VendorClient client;
    private final OnCall otherwise;
    private final ReentrantLock lock = new ReentrantLock();
    private Instant askedAt = Instant.MIN;
    private @Nullable Set<String> answer;

    /**
     * @param token sent as a bearer token; absent for none
     * @param otherwise who is on call while the program does not answer
     */
    public OnCallWebhook(URI url, @Nullable String token, VendorClient client, OnCall otherwise) {
        this.url = url;
        this.token = token;
        this.client = client;
        this.otherwise = otherwise;
    }

    @Override
    public boolean isSet() {
        return true;
    }

    @Override
    public Set<String> at(Approval approval, Instant moment) {
        lock.lock();
        try {
            if (askedAt.plus(HOLDS).isBefore(moment) || askedAt.isAfter(moment)) {
                answer = ask();
                askedAt = moment;
            }
            Set<String> known = answer;
            return known == null ? otherwise.at(approval, moment) : known;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Set<String> ask() {
        try {
            VendorClient.Response response =
                    client.get(url, token == null ? Map.of() : Map.of("Authorization", "Bearer " + token));
            JsonNode people = response.json().path("people");
            if (!response.isSuccess() || !people.isArray() || people.size() > MAX_PEOPLE) {
                log.warn("who is on call is not known: HTTP {} without a list 'people'", response.status());
                return null;
            }
            Set<String> names = new TreeSet<>();
            people.forEach(each -> {
                if (each.isString()) {
                    names.add(each.asString());
                }
            });
            return names;
        } catch (SendingFailedException e) {
            log.warn("who is on call is not known: {}", e.getMessage());
            return null;
        }
    }
}
