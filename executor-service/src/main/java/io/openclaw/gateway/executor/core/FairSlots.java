package io.openclaw.gateway.executor.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Slots to run calls in, so many for each upstream, and the queue for them. An upstream without a free slot holds up no
 * other. Among the agents that wait for one upstream, the next slot goes to the agent that has the fewest; an eighth of the
 * slots is kept from any single agent, so another one finds a free slot even where calls take minutes.
 *
 * <p>The queue is bounded in calls for each upstream and in bytes for all. What is too much is displaced: the newest call of
 * the agent that has the most waiting. Safe for use by several threads; a turn's callbacks are run without the lock.
 */
public final class FairSlots {
    /** What a queued call takes beside its arguments; a rough figure. */
    private static final int OVERHEAD_BYTES = 2_048;

    private final int maxWaiting;
    private final long maxWaitingBytes;
    private final int maxRunning;
    /** In the order in which they were last given a slot while slots were short in all. */
    private final LinkedHashMap<String, Queue> upstreams = new LinkedHashMap<>();

    private long waitingBytes;
    private int waiting;
    private int running;

    /**
     * @param maxWaiting calls that may wait for one upstream
     * @param maxWaitingBytes bytes of arguments that may wait in all, with 2 KiB more for each call
     * @param maxRunning calls that may run in all; {@link Integer#MAX_VALUE} for no such limit
     * @throws IllegalArgumentException if a bound is not positive
     */
    public FairSlots(int maxWaiting, long maxWaitingBytes, int maxRunning) {
        if (maxWaiting < 1 || maxWaitingBytes < 1 || maxRunning < 1) {
            throw new IllegalArgumentException("bounds must be positive: " + maxWaiting + " waiting calls, "
                    + maxWaitingBytes + " waiting bytes, " + maxRunning + " running calls");
        }
        this.maxWaiting = maxWaiting;
        this.maxWaitingBytes = maxWaitingBytes;
        this.maxRunning = maxRunning;
    }

    /** A call's claim to a slot: it waits, then it has a slot, then it has left. */
    public static final class Turn {
        private final String upstream;
        private final String agent;
        private final long bytes;
        private final boolean resumes;
        private final Runnable granted;
        private final Runnable displaced;
        private State state = State.NEW;

        private enum State {
            NEW,
            WAITING,
            RUNNING,
            LEFT
        }

        private Turn(String upstream, String agent, long bytes, boolean resumes, Runnable granted, Runnable displaced) {
            this.upstream = upstream;
            this.agent = agent;
            this.bytes = bytes + OVERHEAD_BYTES;
            this.resumes = resumes;
            this.granted = granted;
            this.displaced = displaced;
        }

        /**
         * Returns the turn of a call that has not started.
         *
         * @param bytes the size of its arguments
         * @param granted is run once, when it has a slot
         * @param displaced is run once, when there are too many waiting and this one has lost its place
         */
        public static Turn of(String upstream, String agent, long bytes, Runnable granted, Runnable displaced) {
            return new Turn(upstream, agent, bytes, false, granted, displaced);
        }

        /** Returns the turn of a call that goes on: it is before those of its agent that have not started, and is not displaced. */
        public static Turn resuming(String upstream, String agent, Runnable granted) {
            return new Turn(upstream, agent, 0, true, granted, () -> {});
        }
    }

    private static final class Queue {
        private final Map<String, Integer> running = new HashMap<>();
        /** By agent; the agent that was given a slot last comes last. */
        private final LinkedHashMap<String, Deque<Turn>> waiting = new LinkedHashMap<>();

        private int slots;
        private int runningInAll;
        private int waitingInAll;

        private int runningOf(String agent) {
            return running.getOrDefault(agent, 0);
        }

        private boolean hasSlotFor(String agent) {
            return runningInAll < slots && runningOf(agent) < slots - slots / 8;
        }

        /** Returns the agent whose turn it is; null if there is no slot, or nobody who may have it. */
        private @Nullable String next() {
            return waiting.keySet().stream()
                    .filter(this::hasSlotFor)
                    .min(Comparator.comparingInt(this::runningOf))
                    .orElse(null);
        }

        private boolean isEmpty() {
            return runningInAll == 0 && waitingInAll == 0;
        }
    }

    /**
     * Queues a turn, or gives it a slot at once.
     *
     * @param slots how many calls may run at this upstream at once, from now on
     */
    public void enter(Turn turn, int slots) {
        List<Runnable> after = new ArrayList<>(1);
        synchronized (this) {
            Queue queue = upstreams.computeIfAbsent(turn.upstream, name -> new Queue());
            queue.slots = Math.max(1, slots);
            if (running < maxRunning && !queue.waiting.containsKey(turn.agent) && queue.hasSlotFor(turn.agent)) {
                run(turn, queue, after);
            } else {
                await(turn, queue);
                giveOut(after);
                while (queue.waitingInAll > maxWaiting && displace(List.of(queue), after)) {
                    // Once is enough unless turns that resume are many.
                }
                while (waitingBytes > maxWaitingBytes && displace(List.copyOf(upstreams.values()), after)) {
                    // One call of megabytes can take the place of many small ones.
                }
            }
        }
        after.forEach(Runnable::run);
    }

    /** Takes a waiting turn out of the queue; returns false if it does not wait (any more). */
    public synchronized boolean remove(Turn turn) {
        if (turn.state != Turn.State.WAITING) {
            return false;
        }
        Queue queue = upstreams.get(turn.upstream);
        Deque<Turn> line = queue == null ? null : queue.waiting.get(turn.agent);
        if (queue == null || line == null || !line.remove(turn)) {
            return false;
        }
        left(turn, queue, line);
        return true;
    }

    /** Gives back the slot of a turn; does nothing if it has none. */
    public void leave(Turn turn) {
        List<Runnable> after = new ArrayList<>(1);
        synchronized (this) {
            Queue queue = upstreams.get(turn.upstream);
            if (turn.state != Turn.State.RUNNING || queue == null) {
                return;
            }
            turn.state = Turn.State.LEFT;
            running--;
            queue.runningInAll--;
            queue.running.computeIfPresent(turn.agent, (agent, n) -> n == 1 ? null : n - 1);
            giveOut(after);
            if (queue.isEmpty()) {
                upstreams.remove(turn.upstream);
            }
        }
        after.forEach(Runnable::run);
    }

    /** Returns how many calls have a slot. */
    public synchronized int running() {
        return running;
    }

    /** Returns how many calls wait for one. */
    public synchronized int waiting() {
        return waiting;
    }

    private void await(Turn turn, Queue queue) {
        turn.state = Turn.State.WAITING;
        Deque<Turn> line = queue.waiting.computeIfAbsent(turn.agent, agent -> new ArrayDeque<>());
        if (turn.resumes) {
            line.addFirst(turn);
        } else {
            line.addLast(turn);
        }
        queue.waitingInAll++;
        waiting++;
        waitingBytes += turn.bytes;
    }

    private void left(Turn turn, Queue queue, Deque<Turn> line) {
        turn.state = Turn.State.LEFT;
        if (line.isEmpty()) {
            queue.waiting.remove(turn.agent);
        }
        queue.waitingInAll--;
        waiting--;
        waitingBytes -= turn.bytes;
    }

    private void run(Turn turn, Queue queue, List<Runnable> after) {
        turn.state = Turn.State.RUNNING;
        running++;
        queue.runningInAll++;
        queue.running.merge(turn.agent, 1, Integer::sum);
        after.add(turn.granted);
    }

    /** Gives out free slots, upstream by upstream, until nobody who waits may have one. */
    private void giveOut(List<Runnable> after) {
        boolean some = waiting > 0;
        while (some && running < maxRunning) {
            some = false;
            for (String upstream : List.copyOf(upstreams.keySet())) {
                Queue queue = upstreams.get(upstream);
                String agent = queue == null || running >= maxRunning ? null : queue.next();
                if (queue == null || agent == null) {
                    continue;
                }
                Deque<Turn> line = queue.waiting.get(agent);
                Turn turn = line == null ? null : line.poll();
                if (turn == null || line == null) {
                    continue;
                }
                queue.waiting.remove(agent);
                if (!line.isEmpty()) {
                    queue.waiting.put(agent, line);
                }
                left(turn, queue, line);
                run(turn, queue, after);
                if (maxRunning != Integer.MAX_VALUE) {
                    upstreams.remove(upstream);
                    upstreams.put(upstream, queue);
                }
                some = true;
            }
        }
    }

    /** Displaces the newest call of the agent with the most waiting; returns false if there is none that may be. */
    private boolean displace(List<Queue> among, List<Runnable> after) {
        Queue fullest = null;
        Deque<Turn> longest = null;
        long most = -1;
        for (Queue queue : among) {
            for (Deque<Turn> line : queue.waiting.values()) {
                long weight = among.size() == 1
                        ? line.size()
                        : line.stream().mapToLong(turn -> turn.bytes).sum();
                if (weight > most && !line.getLast().resumes) {
                    most = weight;
                    longest = line;
                    fullest = queue;
                }
            }
        }
        if (longest == null || fullest == null) {
            return false;
        }
        Turn victim = longest.removeLast();
        left(victim, fullest, longest);
        after.add(victim.displaced);
        return true;
    }
}
