package dev.millrace.bench.e2e.nsq;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Publish commands of equal length, made once and sent again and again: publishing a message then costs the client the
 * copy into the socket and nothing else. Bodies are random letters, different in every command of the ring.
 *
 * <p>Not thread-safe: one ring belongs to one connection.
 */
public final class CommandRing {
    private static final int MAX_RING_BYTES = 64 << 20;

    private final ByteBuffer commands;
    private final int commandBytes;
    private final int commandCount;
    private final int messagesPerCommand;
    private int next;

    /**
     * @param topics topics taken in turn, all names of one length
     * @param bodyBytes size of each message's body
     * @param messagesPerCommand 1 gives PUB, more gives MPUB
     * @param minCommands the ring holds at least so many commands, and as many for every topic as for the next
     */
    public CommandRing(List<String> topics, int bodyBytes, int messagesPerCommand, int minCommands) {
        if (topics.isEmpty() || bodyBytes < 1 || messagesPerCommand < 1 || minCommands < 1) {
            throw new IllegalArgumentException(
                    "a command ring needs a topic, and sizes and counts of at least 1: " + topics.size() + " topics, "
                            + bodyBytes + " bytes, " + messagesPerCommand + " messages, " + minCommands + " commands");
        }
        SplittableRandom random = new SplittableRandom(20_240_229L);
        byte[] first = command(topics.getFirst(), bodyBytes, messagesPerCommand, random);
        this.commandBytes = first.length;
        this.messagesPerCommand = messagesPerCommand;
        this.commandCount = Math.ceilDiv(minCommands, topics.size()) * topics.size();
        long bytes = (long) commandBytes * commandCount;
        if (bytes > MAX_RING_BYTES) {
            throw new IllegalArgumentException("the prebuilt commands would take " + bytes + " bytes, the limit is "
                    + MAX_RING_BYTES + ": use a smaller window, batch, body or number of topics");
        }
        this.commands = ByteBuffer.allocateDirect((int) bytes);
        for (int i = 0; i < commandCount; i++) {
            byte[] command = command(topics.get(i % topics.size()), bodyBytes, messagesPerCommand, random);
            if (command.length != commandBytes) {
                throw new IllegalArgumentException(
                        "topic names must have one length, but " + topics.get(i % topics.size()) + " differs from "
                                + topics.getFirst());
            }
            commands.put(command);
        }
    }

    private static byte[] command(String topic, int bodyBytes, int messages, SplittableRandom random) {
        byte[][] bodies = new byte[messages][];
        for (int i = 0; i < messages; i++) {
            bodies[i] = letters(bodyBytes, random);
        }
        return messages == 1 ? NsqCommands.publish(topic, bodies[0]) : NsqCommands.publishMany(topic, bodies);
    }

    /** Random lower-case letters. */
    public static byte[] letters(int count, SplittableRandom random) {
        byte[] letters = new byte[count];
        for (int i = 0; i < count; i++) {
            letters[i] = (byte) ('a' + random.nextInt(26));
        }
        return letters;
    }

    /** Writes the next {@code count} commands, in as few writes as the ring's end permits. */
    public void write(WritableByteChannel channel, int count) throws IOException {
        int left = count;
        while (left > 0) {
            int now = Math.min(left, commandCount - next);
            commands.limit((next + now) * commandBytes).position(next * commandBytes);
            while (commands.hasRemaining()) {
                channel.write(commands);
            }
            next = (next + now) % commandCount;
            left -= now;
        }
    }

    public int messagesPerCommand() {
        return messagesPerCommand;
    }

    public int commandBytes() {
        return commandBytes;
    }

    public int commandCount() {
        return commandCount;
    }
}
