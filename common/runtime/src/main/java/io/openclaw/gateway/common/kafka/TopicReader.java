package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.health.BackgroundWork;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.event.ConsumerStoppedEvent;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;

/**
 * Reads topics from its start to its stop. A container that ends by itself, as one does that the broker refuses, or that is out of
 * memory, is started again; until then it is a problem in {@link BackgroundWork}.
 */
public final class TopicReader implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(TopicReader.class);
    private static final Duration PAUSE_BEFORE_RESTART = Duration.ofSeconds(1);

    private final String name;
    private final AbstractMessageListenerContainer<String, byte[]> container;
    private final BackgroundWork work;
    private boolean isStarted;
    private boolean isOpen = true;

    TopicReader(String name, AbstractMessageListenerContainer<String, byte[]> container, BackgroundWork work) {
        this.name = name;
        this.container = container;
        this.work = work;
        container.setBeanName(name);
        work.check(
                name + "-reader",
                () -> container.isInExpectedState()
                        ? Optional.empty()
                        : Optional.of(name + " has stopped reading; restart this process if it stays so"));
        container.setApplicationEventPublisher(event -> {
            if (event instanceof ConsumerStoppedEvent stopped
                    && stopped.getReason() != ConsumerStoppedEvent.Reason.NORMAL) {
                var problem = new IllegalStateException(
                        name + " stopped reading (" + stopped.getReason() + "), and is started again");
                work.failed(name, problem);
                log.error("{}", problem.getMessage());
                Thread.ofPlatform().name(name + "-restart").start(this::restart);
            }
        });
    }

    /** Has it read nothing before {@link #open} is called, started or not. */
    public synchronized TopicReader closed() {
        isOpen = false;
        return this;
    }

    /** Lets it read, as soon as it is started. */
    public synchronized void open() {
        isOpen = true;
        startIfReady();
    }

    /** Has something run when this reader gets or loses partitions, by its own thread and between two batches. */
    public TopicReader onRebalance(Runnable listener) {
        container.getContainerProperties().setConsumerRebalanceListener(new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                listener.run();
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                listener.run();
            }
        });
        return this;
    }

    /** Tells whether it has partitions to read now. */
    public boolean hasPartitions() {
        Collection<TopicPartition> partitions = container.getAssignedPartitions();
        return partitions != null && !partitions.isEmpty();
    }

    AbstractMessageListenerContainer<String, byte[]> container() {
        return container;
    }

    private void restart() {
        try {
            Thread.sleep(PAUSE_BEFORE_RESTART);
            synchronized (this) {
                if (isStarted) {
                    container.stop();
                    container.start();
                }
            }
            work.works(name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startIfReady() {
        if (isStarted && isOpen && !container.isRunning()) {
            container.start();
        }
    }

    @Override
    public synchronized void start() {
        isStarted = true;
        startIfReady();
    }

    @Override
    public void stop() {
        synchronized (this) {
            isStarted = false;
        }
        container.stop();
    }

    @Override
    public synchronized boolean isRunning() {
        return isStarted;
    }
}
