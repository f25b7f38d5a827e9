package dev.millrace.door.nsq.backlog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a stopped nsqd left, read from beginning to end; changes nothing.
 *
 * @param folder
 *            nsqd's {@code --data-path}
 * @param queues
 *            of every topic in the order of nsqd's metadata: its own, then its channels'
 * @param others
 *            files of queues that no topic and channel in the metadata owns, or that nsqd itself set aside as bad: nsqd
 *            would not have read them, and neither does the import
 */
public record Survey(Path folder, List<Queue> queues, List<Path> others) {
    /**
     * One queue.
     *
     * @param channel
     *            empty for the topic's own queue, which waits for a first channel
     * @param bytes
     *            of the messages' bodies
     * @param damages
     *            what could not be read
     */
    public record Queue(String topic, String channel, boolean paused, long messages, long bytes,
            List<Damage> damages) {
        /** Bytes of its files that are no messages. */
        public long damagedBytes() {
            return damages.stream().mapToLong(Damage::bytes).sum();
        }
    }

    /**
     * A part of the queue that could not be read.
     *
     * @param file
     *            where
     * @param offset
     *            from this byte on
     * @param bytes
     *            so many bytes to the end of the file, 0 when there is no file
     * @param what
     *            is wrong
     */
    public record Damage(Path file, long offset, long bytes, String what) {}

    /**
     * Reads a folder.
     *
     * @throws BacklogException
     *             if it is none of nsqd's, or an nsqd is running on it
     */
    public static Survey of(Path folder) throws IOException {
        NsqdFolder nsqd = new NsqdFolder(folder);
        try (NsqdLock _ = NsqdLock.take(folder)) {
            List<Queue> queues = new ArrayList<>();
            List<DiskQueue> owners = new ArrayList<>();
            for (NsqdFolder.Topic topic : nsqd.topics()) {
                queues.add(read(nsqd.queue(topic.name()), topic.name(), "", topic.paused()));
                owners.add(nsqd.queue(topic.name()));
                for (NsqdFolder.Channel channel : topic.channels()) {
                    DiskQueue queue = nsqd.queue(topic.name(), channel.name());
                    queues.add(read(queue, topic.name(), channel.name(), channel.paused()));
                    owners.add(queue);
                }
            }
            return new Survey(folder, List.copyOf(queues), others(folder, owners));
        }
    }

    private static Queue read(DiskQueue queue, String topic, String channel, boolean paused) throws IOException {
        DiskQueue.Position start = queue.start();
        if (start == null) {
            return new Queue(topic, channel, paused, 0, 0, List.of());
        }
        long messages = 0;
        long bytes = 0;
        try (DiskQueue.Reader reader = queue.read(start)) {
            for (byte[] body = reader.next(); body != null; body = reader.next()) {
                messages++;
                bytes += body.length;
            }
            return new Queue(topic, channel, paused, messages, bytes, reader.damages());
        }
    }

    private static List<Path> others(Path folder, List<DiskQueue> owners) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> {
                String name = String.valueOf(file.getFileName());
                return name.contains(".diskqueue.") && owners.stream().noneMatch(queue -> queue.owns(name));
            }).sorted().toList();
        }
    }

    /** The queue of a channel, or of the topic itself when that is empty. */
    Queue queue(String topic, String channel) {
        return queues.stream()
                .filter(queue -> queue.topic.equals(topic) && queue.channel.equals(channel))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no queue " + topic + ":" + channel));
    }

    /** The names of the topics. */
    List<String> topics() {
        return queues.stream().map(Queue::topic).distinct().toList();
    }

    /** The channels of a topic. */
    List<Queue> channels(String topic) {
        return queues.stream().filter(queue -> queue.topic.equals(topic) && !queue.channel.isEmpty()).toList();
    }

    /** Messages in all queues. */
    public long messages() {
        return queues.stream().mapToLong(Queue::messages).sum();
    }

    /** Bytes of files that are no messages. */
    public long damagedBytes() {
        return queues.stream().mapToLong(Queue::damagedBytes).sum();
    }

    /** Whether something in a queue's files could not be read. */
    public boolean isDamaged() {
        return queues.stream().anyMatch(queue -> !queue.damages.isEmpty());
    }
}
