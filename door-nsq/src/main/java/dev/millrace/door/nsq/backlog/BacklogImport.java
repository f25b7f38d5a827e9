package dev.millrace.door.nsq.backlog;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.door.nsq.http.Publisher;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStart;
import dev.millrace.node.TopicNames;
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
 * off goes on where the last durable batch ended, so at most one batch comes twice. Nobody may use the topics meanwhile.
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
     * @param damagedBytes
     *            of the files that could not be read as messages
     */
    public record Count(String topic, String channel, long messages, long damagedBytes) {}

    private final Broker broker;
    private final NsqdFolder folder;
    private final Path progressFile;
    private final Consumer<Count> onProgress;

    /**
     * An import from a folder.
     *
     * @param nsqdFolder
     *            nsqd's {@code --data-path}; only read
     * @param progressFile
     *            where the progress is kept
     * @param onProgress
     *            told after every durable batch
     */
    public BacklogImport(Broker broker, Path nsqdFolder, Path progressFile, Consumer<Count> onProgress) {
        this.broker = broker;
        this.folder = new NsqdFolder(nsqdFolder);
        this.progressFile = progressFile;
        this.onProgress = onProgress;
    }

    /**
     * Imports what has not been imported yet.
     *
     * @return the count of every queue that had one, by topic and channel
     * @throws BacklogException
     *             if the folder is none of nsqd's, a topic exists already, or the server does not take the messages
     */
    public List<Count> run() throws IOException, InterruptedException {
        List<Count> counts = new ArrayList<>();
        Progress progress = new Progress(progressFile);
        try (Publisher publisher = new Publisher(broker)) {
            for (NsqdFolder.Topic topic : folder.topics()) {
                new OneTopic(topic, progress, publisher, counts).run();
            }
        } catch (CompletionException e) {
            throw new BacklogException("the server refused: " + e.getCause() + ". Import again to go on", e);
        }
        counts.sort(Comparator.comparing(Count::topic).thenComparing(Count::channel));
        return counts;
    }

    /** A channel with its queue. */
    private record Filled(NsqdFolder.Channel channel, DiskQueue queue, long messages) {}

    private final class OneTopic {
        private final NsqdFolder.Topic topic;
        private final Progress progress;
        private final Publisher publisher;
        private final List<Count> counts;

        OneTopic(NsqdFolder.Topic topic, Progress progress, Publisher publisher, List<Count> counts) {
            this.topic = topic;
            this.progress = progress;
            this.publisher = publisher;
            this.counts = counts;
        }

        void run() throws IOException, InterruptedException {
            String name = topic.name();
            if (progress.isDone(name + "!done")) {
                recount(name);
                return;
            }
            if (!progress.isDone(name + "!begun")) {
                refuseIfThere(name);
                progress.done(name + "!begun");
            }
            broker.createTopic(name).join();
            List<Filled> channels = filledChannels();
            for (int i = 0; i < channels.size(); i++) {
                fill(channels.get(i), i == channels.size() - 1);
            }
            putBack(channels);
            for (NsqdFolder.Channel channel : topic.channels()) {
                if (channels.stream().noneMatch(filled -> filled.channel.equals(channel))) {
                    broker.createGroup(name, channel.name(), GroupStart.NOW).join();
                }
                broker.pauseGroup(name, channel.name(), channel.paused()).join();
            }
            counts.add(bring(folder.queue(name), name, ""));
            broker.pauseTopic(name, topic.paused()).join();
            progress.done(name + "!done");
        }

        /** Counts of a topic that an earlier run finished. */
        private void recount(String name) {
            Progress.Queue none = new Progress.Queue(new DiskQueue.Position(0, 0), 0, 0);
            Progress.Queue own = progress.queue(name, none);
            counts.add(new Count(name, "", own.messages(), own.damagedBytes()));
            for (NsqdFolder.Channel channel : topic.channels()) {
                Progress.Queue queue = progress.queue(name + ":" + channel.name(), none);
                counts.add(new Count(name, channel.name(), queue.messages(), queue.damagedBytes()));
            }
        }

        private void refuseIfThere(String name) {
            for (TopicNames names : broker.names().join()) {
                if (names.topic().equals(name)) {
                    throw new BacklogException(
                            "topic " + name + " exists already: delete it, or import into a new data folder");
                }
            }
        }

        /** Channels with a backlog, the fullest last. */
        private List<Filled> filledChannels() throws IOException {
            List<Filled> filled = new ArrayList<>();
            for (NsqdFolder.Channel channel : topic.channels()) {
                DiskQueue queue = folder.queue(topic.name(), channel.name());
                long messages = count(queue);
                if (messages > 0) {
                    filled.add(new Filled(channel, queue, messages));
                } else {
                    counts.add(new Count(topic.name(), channel.name(), 0, 0));
                }
            }
            filled.sort(Comparator.comparingLong(Filled::messages).thenComparing(one -> one.channel.name()));
            return filled;
        }

        private void fill(Filled filled, boolean last) throws IOException, InterruptedException {
            String channel = filled.channel.name();
            broker.createGroup(topic.name(), channel, GroupStart.NOW).join();
            counts.add(bring(filled.queue, topic.name(), channel));
            String aside = topic.name() + ":" + channel + "!aside";
            if (!last && !progress.isDone(aside)) {
                new Setter(broker).setAside(topic.name(), channel);
                progress.done(aside);
            }
        }

        private void putBack(List<Filled> channels) throws IOException {
            for (int i = 0; i < channels.size() - 1; i++) {
                String channel = channels.get(i).channel.name();
                String emptied = topic.name() + ":" + channel + "!emptied";
                if (!progress.isDone(emptied)) {
                    broker.emptyGroup(topic.name(), channel).join();
                    progress.done(emptied);
                }
                broker.replayAllDead(topic.name(), channel).join();
            }
        }

        private Count bring(DiskQueue queue, String topicName, String channel) throws IOException {
            String key = channel.isEmpty() ? topicName : topicName + ":" + channel;
            DiskQueue.Position start = queue.start();
            if (start == null) {
                return new Count(topicName, channel, 0, 0);
            }
            Progress.Queue before = progress.queue(key, new Progress.Queue(start, 0, 0));
            TopicRef ref = broker.topic(topicName);
            long messages = before.messages();
            try (DiskQueue.Reader reader = queue.read(before.next())) {
                List<byte[]> batch = batch(reader);
                while (!batch.isEmpty()) {
                    publish(ref, batch);
                    messages += batch.size();
                    long damaged = before.damagedBytes() + reader.damagedBytes();
                    progress.queue(key, reader.position(), messages, damaged);
                    onProgress.accept(new Count(topicName, channel, messages, damaged));
                    batch = batch(reader);
                }
                return new Count(topicName, channel, messages, before.damagedBytes() + reader.damagedBytes());
            }
        }

        private void publish(TopicRef ref, List<byte[]> bodies) {
            int bytes = bodies.stream().mapToInt(body -> Integer.BYTES + body.length).sum();
            ByteBuffer framed = ByteBuffer.allocate(bytes);
            bodies.forEach(body -> framed.putInt(body.length).put(body));
            byte outcome = publisher.publish(ref, framed, bodies.size()).join();
            if (outcome != Outcome.OK) {
                throw new BacklogException(
                        "topic " + ref.name() + ": the server has no room for more messages. Make room on"
                                + " its disk or raise its limits, then import again: it goes on where it stood");
            }
        }
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

    private static long count(DiskQueue queue) throws IOException {
        DiskQueue.Position start = queue.start();
        if (start == null) {
            return 0;
        }
        long messages = 0;
        try (DiskQueue.Reader reader = queue.read(start)) {
            while (reader.next() != null) {
                messages++;
            }
        }
        return messages;
    }
}
