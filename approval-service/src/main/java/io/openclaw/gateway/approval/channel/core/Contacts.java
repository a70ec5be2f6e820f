package io.openclaw.gateway.approval.channel.core;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where people are reached: the list of approvers. Anyone who is not on it decides nothing through a channel. */
public final class Contacts {
    private final List<Contact> contacts;
    private final ZoneId zone;
    private final Map<Address, String> people = new HashMap<>();

    private record Address(String channel, String address) {}

    /**
     * Where a person is reached.
     *
     * @param person the person's name at the console, whatever the case of its letters
     * @param addresses by channel
     * @param hours when the person may be asked; absent for always
     */
    public record Contact(
            String person,
            Map<String, String> addresses,
            @Nullable Hours hours) {
        public Contact {
            addresses = Map.copyOf(addresses);
        }
    }

    /**
     * @param zone whose hours are meant
     * @throws IllegalArgumentException if two people have one address
     */
    public Contacts(List<Contact> contacts, ZoneId zone) {
        this.contacts = List.copyOf(contacts);
        this.zone = zone;
        for (Contact contact : contacts) {
            contact.addresses().forEach((channel, address) -> {
                String other = people.put(new Address(channel, address), contact.person());
                if (other != null) {
                    throw new IllegalArgumentException("'" + other + "' and '" + contact.person()
                            + "' have the same address in " + channel + "; a press would be of either");
                }
            });
        }
    }

    /** Returns a person's addresses by channel; none if the person is not on the list. */
    public Map<String, String> addresses(String person) {
        return contact(person).map(Contact::addresses).orElse(Map.of());
    }

    /** Tells whether a person is on the list and may be asked at a moment. */
    public boolean isReachable(String person, Instant moment) {
        return contact(person)
                .filter(contact -> !contact.addresses().isEmpty()
                        && (contact.hours() == null || contact.hours().include(moment.atZone(zone))))
                .isPresent();
    }

    /** Returns the person at an address, as the list has the name; empty if nobody on it has the address. */
    public Optional<String> person(String channel, String address) {
        return Optional.ofNullable(people.get(new Address(channel, address)));
    }

    private Optional<Contact> contact(String person) {
        return match(contacts.stream().map(Contact::person).toList(), person)
                .flatMap(name -> contacts.stream()
                        .filter(each -> each.person().equals(name))
                        .findFirst());
    }

    /**
     * Returns the name among some that a person has: the very same, or the only one that is the same whatever the case of its
     * letters. The environment has no lower case.
     */
    public static Optional<String> match(Collection<String> names, String name) {
        if (names.contains(name)) {
            return Optional.of(name);
        }
        List<String> alike = names.stream().filter(name::equalsIgnoreCase).toList();
        return alike.size() == 1 ? Optional.of(alike.getFirst()) : Optional.empty();
    }
}
