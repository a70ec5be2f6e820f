package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** The ACLs that let each service do at the broker what {@link Service} says, and nothing else. */
public final class TopicAcls {
    /** Names that readers give themselves which join no group. */
    private static final List<String> READERS = List.of("openclaw-latest", "openclaw-record-reader");

    private TopicAcls() {}

    /** Returns the ACLs of all services, whose users are named after them. */
    public static List<AclBinding> all(Topics topics) {
        return Arrays.stream(Service.values())
                .flatMap(service -> of(service, topics).stream())
                .toList();
    }

    /** Returns the ACLs of a service. */
    public static List<AclBinding> of(Service service, Topics topics) {
        List<AclBinding> acls = new ArrayList<>();
        for (Topic topic : service.reads()) {
            acls.add(allow(service, ResourceType.TOPIC, topics.name(topic), PatternType.LITERAL, AclOperation.READ));
        }
        for (Topic topic : service.writes()) {
            acls.add(allow(service, ResourceType.TOPIC, topics.name(topic), PatternType.LITERAL, AclOperation.WRITE));
        }
        if (service == Service.INGRESS) {
            // Of agents that ask by Kafka; each may read its own, which is their administrator's to allow.
            acls.add(allow(service, ResourceType.TOPIC, topics.replies(), PatternType.PREFIXED, AclOperation.WRITE));
        }
        for (String prefix : service.groupPrefixes()) {
            acls.add(allow(service, ResourceType.GROUP, prefix, PatternType.PREFIXED, AclOperation.READ));
            // A share group begins where its reader says (ShareQueues).
            acls.add(allow(service, ResourceType.GROUP, prefix, PatternType.PREFIXED, AclOperation.ALTER_CONFIGS));
        }
        for (String reader : READERS) {
            acls.add(allow(service, ResourceType.GROUP, reader, PatternType.LITERAL, AclOperation.READ));
        }
        acls.add(allow(
                service, ResourceType.CLUSTER, Resource.CLUSTER_NAME, PatternType.LITERAL, AclOperation.DESCRIBE));
        return acls;
    }

    private static AclBinding allow(
            Service service, ResourceType type, String name, PatternType pattern, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + service.label(), "*", operation, AclPermissionType.ALLOW));
    }
}
