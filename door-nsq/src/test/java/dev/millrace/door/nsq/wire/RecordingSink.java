package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a decoder found; decides nothing but names. */
class RecordingSink implements CommandSink {
    final List<String> seen = new ArrayList<>();
    boolean blocked;
    /** Answer false to this many topics, and block. */
    int blockingTopics;
    ByteBuffer data = ByteBuffer.allocate(0);
    private String topic = "";

    @Override
    public boolean blocked() {
        return blocked;
    }

    @Override
    public void admit(byte command) {}

    @Override
    public ProtocolException unknown(byte[] command) {
        return new ProtocolException("E_INVALID", "invalid command " + new String(command, StandardCharsets.UTF_8));
    }

    @Override
    public boolean topic(byte command, ByteBuffer bytes, int start, int length) {
        byte[] name = new byte[length];
        bytes.get(start, name);
        if (!Names.isValid(bytes, start, length)) {
            throw CommandDecoder.badTopic(Command.name(command), name);
        }
        topic = new String(name, StandardCharsets.US_ASCII);
        if (blockingTopics > 0) {
            blockingTopics--;
            blocked = true;
            return false;
        }
        return true;
    }

    @Override
    public boolean sameTopic(byte command) {
        ByteBuffer name = ByteBuffer.wrap(topic.getBytes(StandardCharsets.US_ASCII));
        return topic(command, name, 0, name.capacity());
    }

    @Override
    public void publish(byte command, int offset, int bytes, int count) {
        seen.add(Command.name(command) + " " + topic + " " + bodies(offset, bytes, count));
    }

    @Override
    public void defer(int offset, int bytes, long delayMillis) {
        seen.add("DPUB " + topic + " " + delayMillis + " " + bodies(offset, bytes, 1));
    }

    private List<String> bodies(int offset, int bytes, int count) {
        List<String> bodies = new ArrayList<>();
        int at = offset;
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[data.getInt(at)];
            data.get(at + Integer.BYTES, body);
            bodies.add(new String(body, StandardCharsets.UTF_8));
            at += Integer.BYTES + body.length;
        }
        if (at != offset + bytes) {
            throw new AssertionError("the messages end at " + at + ", the publish at " + (offset + bytes));
        }
        return bodies;
    }

    @Override
    public void finish(long id) {
        seen.add("FIN " + MessageIds.format(id));
    }

    @Override
    public void requeue(long id, long delayMillis) {
        seen.add("REQ " + MessageIds.format(id) + " " + delayMillis);
    }

    @Override
    public void touch(long id) {
        seen.add("TOUCH " + MessageIds.format(id));
    }

    @Override
    public void notInFlight(byte command, byte[] id) {
        seen.add(Command.name(command) + " not in flight " + new String(id, StandardCharsets.UTF_8));
    }

    @Override
    public void ready(long count) {
        seen.add("RDY " + count);
    }

    @Override
    public void subscribe(String subscribed, String channel) {
        seen.add("SUB " + subscribed + " " + channel);
    }

    @Override
    public void startClose() {
        seen.add("CLS");
    }

    @Override
    public void nop() {
        seen.add("NOP");
    }

    @Override
    public void identify(byte[] json) {
        seen.add("IDENTIFY " + new String(json, StandardCharsets.UTF_8));
    }

    @Override
    public void authenticate(byte[] secret) {
        seen.add("AUTH " + new String(secret, StandardCharsets.UTF_8));
    }
}
