package dev.millrace.door.nsq.backlog;

import dev.millrace.door.nsq.json.JsonException;
import dev.millrace.door.nsq.json.JsonObject;
import dev.millrace.door.nsq.wire.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The data path of an nsqd: {@code nsqd.dat} names topics and channels, each of which has a disk queue.
 *
 * <pre>
 *   {"topics":[{"name":"t","paused":false,"channels":[{"name":"c","paused":false}]}],"version":"1.3.0"}
 * </pre>
 */
final class NsqdFolder {
    /** A topic that nsqd knew, in the order of its file. */
    record Topic(String name, boolean paused, List<Channel> channels) {}

    /** A channel of it. */
    record Channel(String name, boolean paused) {}

    private final Path folder;

    NsqdFolder(Path folder) {
        this.folder = folder;
    }

    Path path() {
        return folder;
    }

    List<Topic> topics() {
        Path file = folder.resolve("nsqd.dat");
        JsonObject metadata;
        try {
            metadata = JsonObject.parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new BacklogException(file + " cannot be read: " + e + ". Name the folder that was nsqd's --data-path",
                    e);
        } catch (JsonException e) {
            throw new BacklogException(file + " is not what nsqd writes: " + e.getMessage(), e);
        }
        List<Topic> topics = new ArrayList<>();
        for (JsonObject topic : metadata.objects("topics")) {
            List<Channel> channels = new ArrayList<>();
            for (JsonObject channel : topic.objects("channels")) {
                if (Names.isValid(channel.text("name"))) {
                    channels.add(new Channel(channel.text("name"), channel.flag("paused")));
                }
            }
            if (Names.isValid(topic.text("name"))) {
                topics.add(new Topic(topic.text("name"), topic.flag("paused"), channels));
            }
        }
        return topics;
    }

    /** What waited in the topic itself, for want of a channel. */
    DiskQueue queue(String topic) {
        return new DiskQueue(folder, topic);
    }

    DiskQueue queue(String topic, String channel) {
        return new DiskQueue(folder, topic + ":" + channel);
    }
}
