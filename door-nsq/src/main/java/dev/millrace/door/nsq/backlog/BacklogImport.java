package dev.millrace.door.nsq.backlog;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.door.nsq.http.Publisher;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStart;
import dev.millrace.node.GroupStats;
import dev.millrace.node.TopicNames;
import dev.millrace.node.TopicStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Brings the backlog of a stopped nsqd over: every topic, every channel, each with what waited in it, pauses included.
 *
 * <p>
 * Each of nsqd's channels has its own queue, here channels are places in one topic. So the channels are filled one after
 * the other, the fullest last, each created just before; what is published for the next one also reaches those before it.
 * Their own messages are therefore set aside as dead letters first, the foreign ones purged at the end, and their own
 * replayed. What waited in the topic itself goes to all channels, last.
 *
 * <pre>
 *   fill A | set A aside | fill B | set B aside | fill C | empty A, B | replay A, B | fill the topic
 * </pre>
 *
 * <p>
 * Ids, times and attempts are new; the order in each queue is kept. A file keeps the progress: an import that was broken
 * off goes on where the last durable batch ended. Whether the batch under way was still written is seen from the number
 * of messages that the topic has accepted, so nothing comes twice. Nobody may use the topics meanwhile.
 */
public final class BacklogImport {
    private static final int BATCH_BYTES = 256 << 10;
    private static final int BATCH_MESSAGES = 2_000;

    /**
     * What was brought over.
     *
     * @param channel
     *            empty for the topic's own queue
     * @param messages
     *            in all runs together
     */
    public record Count(String topic, String channel, long messages) {}

    private final Broker broker;
    private final Survey survey;
    private final NsqdFolder folder;
    private final Path progressFile;
    private final Consumer<Count> onProgress;

    /**
     * An import of what a survey found.
     *
     * @param progressFile
     *            where the progress is kept
     * @param onProgress
     *            told after every durable batch
     */
    public BacklogImport(Broker broker, Survey survey, Path progressFile, Consumer<Count> onProgress) {
        this.broker = broker;
        this.survey = survey;
        this.folder = new NsqdFolder(survey.folder());
        this.progressFile = progressFile;
        this.onProgress = onProgress;
    }

    /**
     * Imports what has not been imported yet.
     *
     * @return the count of every queue, by topic and channel
     * @throws BacklogException
     *             if an nsqd runs, a topic exists already, or the server does not take the messages
     */
    public List<Count> run() throws IOException, InterruptedException {
        List<Count> counts = new ArrayList<>();
        Progress progress = new Progress(progressFile);
        try (NsqdLock _ = NsqdLock.take(survey.folder()); Publisher publisher = new Publisher(broker)) {
            for (String topic : survey.topics()) {
                new OneTopic(topic, progress, publisher, counts).run();
            }
        } catch (CompletionException e) {
            throw new BacklogException("the server refused: " + e.getCause() + ". Import again to go on", e);
        }
        counts.sort(Comparator.comparing(Count::topic).thenComparing(Count::channel));
        return counts;
    }

    private final class OneTopic {
        private final String name;
        private final Progress progress;
        private final Publisher publisher;
        private final List<Count> counts;
        /** Messages of the next batch that an earlier run published without coming to note it. */
        private long ahead;

        OneTopic(String name, Progress progress, Publisher publisher, List<Count> counts) {
            this.name = name;
            this.progress = progress;
            this.publisher = publisher;
            this.counts = counts;
        }

        void run() throws IOException, InterruptedException {
            if (progress.isDone(name + "!done")) {
                survey.queues().stream().filter(queue -> queue.topic().equals(name)).forEach(this::recount);
                return;
            }
            if (progress.isDone(name + "!begun")) {
                ahead = publishedButNotNoted();
            } else {
                refuseIfThere();
                progress.done(name + "!begun");
            }
            broker.createTopic(name).join();
            List<Survey.Queue> filled = filledChannels();
            for (int i = 0; i < filled.size(); i++) {
                fill(filled.get(i), i == filled.size() - 1);
            }
            putBack(filled);
            for (Survey.Queue channel : survey.channels(name)) {
                if (channel.messages() == 0) {
                    broker.createGroup(name, channel.channel(), GroupStart.NOW).join();
                    counts.add(new Count(name, channel.channel(), 0));
                }
                broker.pauseGroup(name, channel.channel(), channel.paused()).join();
            }
            Survey.Queue own = survey.queue(name, "");
            bring(folder.queue(name), own);
            broker.pauseTopic(name, own.paused()).join();
            progress.done(name + "!done");
        }

        /** The count of a queue that an earlier run finished. */
        private void recount(Survey.Queue queue) {
            counts.add(new Count(name, queue.channel(), noted(queue)));
        }

        private long noted(Survey.Queue queue) {
            return progress.queue(key(queue), new Progress.Queue(new DiskQueue.Position(0, 0), 0)).messages();
        }

        private void refuseIfThere() {
            for (TopicNames names : broker.names().join()) {
                if (names.topic().equals(name)) {
                    throw new BacklogException(
                            "topic " + name + " exists already: delete it, or import into a new data folder");
                }
            }
        }

        private long publishedButNotNoted() {
            long noted = survey.queues()
                    .stream()
                    .filter(queue -> queue.topic().equals(name))
                    .mapToLong(this::noted)
                    .sum();
            long accepted = 0;
            long done = 0;
            for (TopicStats stats : broker.stats(name).join()) {
                accepted += stats.accepted();
                done += stats.groups().stream().mapToLong(GroupStats::done).sum();
            }
            if (accepted < noted || accepted > noted + BATCH_MESSAGES || done > 0) {
                throw new BacklogException("topic " + name + " was used since its import was broken off: " + noted
                        + " messages were brought over, it has taken " + accepted + " and " + done
                        + " were consumed. Delete the topic and " + progressFile + ", then import again");
            }
            return accepted - noted;
        }

        /** Channels with a backlog, the fullest last. */
        private List<Survey.Queue> filledChannels() {
            return survey.channels(name)
                    .stream()
                    .filter(queue -> queue.messages() > 0)
                    .sorted(Comparator.comparingLong(Survey.Queue::messages).thenComparing(Survey.Queue::channel))
                    .toList();
        }

        private void fill(Survey.Queue queue, boolean last) throws IOException, InterruptedException {
            String channel = queue.channel();
            broker.createGroup(name, channel, GroupStart.NOW).join();
            bring(folder.queue(name, channel), queue);
            String aside = key(queue) + "!aside";
            if (!last && !progress.isDone(aside)) {
                new Setter(broker).setAside(name, channel);
                progress.done(aside);
            }
        }

        private void putBack(List<Survey.Queue> filled) throws IOException {
            for (Survey.Queue queue : filled.subList(0, Math.max(0, filled.size() - 1))) {
                String emptied = key(queue) + "!emptied";
                if (!progress.isDone(emptied)) {
                    broker.emptyGroup(name, queue.channel()).join();
                    progress.done(emptied);
                }
                broker.replayAllDead(name, queue.channel()).join();
            }
        }

        private void bring(DiskQueue files, Survey.Queue queue) throws IOException {
            DiskQueue.Position start = files.start();
            long messages = 0;
            if (start != null) {
                Progress.Queue before = progress.queue(key(queue), new Progress.Queue(start, 0));
                messages = before.messages();
                try (DiskQueue.Reader reader = files.read(before.next())) {
                    for (List<byte[]> batch = batch(reader); !batch.isEmpty(); batch = batch(reader)) {
                        publish(batch);
                        messages += batch.size();
                        progress.queue(key(queue), reader.position(), messages);
                        onProgress.accept(new Count(name, queue.channel(), messages));
                    }
                }
            }
            if (messages != queue.messages()) {
                throw new BacklogException("the queue " + key(queue) + " had " + queue.messages()
                        + " messages when it was counted and has " + messages + " now: nsqd's files were changed"
                        + " meanwhile. Delete the topic here and " + progressFile + ", then import again");
            }
            counts.add(new Count(name, queue.channel(), messages));
        }

        /** The first batch after a break may be there already. */
        private void publish(List<byte[]> batch) {
            List<byte[]> bodies = batch.subList((int) Math.min(batch.size(), ahead), batch.size());
            ahead -= batch.size() - bodies.size();
            if (bodies.isEmpty()) {
                return;
            }
            int bytes = bodies.stream().mapToInt(body -> Integer.BYTES + body.length).sum();
            ByteBuffer framed = ByteBuffer.allocate(bytes);
            bodies.forEach(body -> framed.putInt(body.length).put(body));
            TopicRef ref = broker.topic(name);
            byte outcome = publisher.publish(ref, framed, bodies.size()).join();
            if (outcome != Outcome.OK) {
                throw new BacklogException("topic " + name + ": the server takes no more messages ("
                        + (outcome == Outcome.NO_ROOM ? broker.noRoom(ref.shard()) : Outcome.limit(outcome))
                        + "). Make room on its disk or raise its limits, then import again: it goes on where it stood");
            }
        }
    }

    private static String key(Survey.Queue queue) {
        return queue.channel().isEmpty() ? queue.topic() : queue.topic() + ":" + queue.channel();
    }

    private static List<byte[]> batch(DiskQueue.Reader reader) throws IOException {
        List<byte[]> bodies = new ArrayList<>();
        int bytes = 0;
        while (bytes < BATCH_BYTES && bodies.size() < BATCH_MESSAGES) {
            byte[] body = reader.next();
            if (body == null) {
                break;
            }
            bodies.add(body);
            bytes += Integer.BYTES + body.length;
        }
        return bodies;
    }
}
