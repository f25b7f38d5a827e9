package dev.millrace.node.embedded;

import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.internal.Checks;
import dev.millrace.core.message.Ids;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Messages as one submission: neighbours without a delay are one command, up to a size that a batch takes easily. */
final class PublishBatch {
    private static final int COMMAND_BYTES = 256 << 10;

    private final Submission submission = new Submission();
    /** Messages of each command. */
    private final List<Integer> counts = new ArrayList<>();
    private final int size;

    PublishBatch(TopicRef topic, List<Message> messages, Instant now) {
        size = messages.size();
        long bytes = messages.stream().mapToLong(message -> message.size() + (long) Integer.BYTES).sum();
        ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(bytes));
        submission.data(data);
        int start = 0;
        int count = 0;
        for (Message message : messages) {
            long instant = wallMillis(message, now);
            long delay = instant == 0 ? delayMillis(message) : 0;
            boolean waits = delay > 0 || instant > now.toEpochMilli();
            boolean full = count > 0 && data.position() + message.size() - start > COMMAND_BYTES;
            if (full || (waits && count > 0)) {
                publish(topic, start, data.position(), count);
                count = 0;
            }
            if (count == 0) {
                start = data.position();
            }
            data.putInt(message.size()).put(message.buffer());
            if (waits && instant > 0) {
                submission.deferUntil(topic, start, data.position() - start, instant);
                counts.add(1);
            } else if (waits) {
                submission.defer(topic, start, data.position() - start, delay);
                counts.add(1);
            } else {
                count++;
            }
        }
        if (count > 0) {
            publish(topic, start, data.position(), count);
        }
    }

    private void publish(TopicRef topic, int start, int end, int count) {
        submission.publish(topic, start, end - start, count);
        counts.add(count);
    }

    /** Instant of the wall clock at which it joins its topic, in ms since 1970; 0 when it has none. */
    static long wallMillis(Message message, Instant now) {
        return message.at().map(at -> Checks.wallMillis(at, now)).orElse(0L);
    }

    /** After which it joins its topic, when it has no instant. */
    static long delayMillis(Message message) {
        Duration delay = message.delay();
        long millis = delay.toMillis();
        return Duration.ofMillis(millis).compareTo(delay) < 0 ? millis + 1 : millis;
    }

    Submission submission() {
        return submission;
    }

    /** The ids in the order of the messages; fails with the first command that was refused. */
    List<MessageId> ids(Submission done, Supplier<String> noRoom) {
        List<MessageId> ids = new ArrayList<>(size);
        for (int command = 0; command < counts.size(); command++) {
            if (done.result(command) != Outcome.OK) {
                throw Failures.refused(done.result(command), published(done) + " of " + size
                        + " messages were published", noRoom);
            }
            for (int i = 0; i < counts.get(command); i++) {
                ids.add(new MessageId(Ids.plus(done.messageId(command), i)));
            }
        }
        return ids;
    }

    private int published(Submission done) {
        int published = 0;
        for (int command = 0; command < counts.size(); command++) {
            published += done.result(command) == Outcome.OK ? counts.get(command) : 0;
        }
        return published;
    }
}
