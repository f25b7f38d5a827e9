package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;

/** Mixes what a decoder found into one number, and checks that every range it names lies within the bytes shown to it. */
final class DigestSink implements CommandSink {
    ByteBuffer data = ByteBuffer.allocate(0);
    int end;
    long digest;
    private long topic;
    long frames;

    private void mix(long value) {
        digest = (digest ^ value) * 0x9E37_79B9_7F4A_7C15L;
        digest ^= digest >>> 29;
    }

    private void frame(byte command) {
        frames++;
        mix(command);
    }

    private void range(int offset, int bytes) {
        if (offset < 0 || bytes < 0 || offset + bytes > end) {
            throw new AssertionError("range " + offset + "+" + bytes + " beyond " + end);
        }
        mix(bytes);
        for (int i = 0; i < bytes; i += Math.max(1, bytes >> 3)) {
            mix(data.get(offset + i));
        }
    }

    @Override
    public boolean blocked() {
        return false;
    }

    @Override
    public void admit(byte command) {
        mix(command);
    }

    @Override
    public ProtocolException unknown(byte[] command) {
        return new ProtocolException("E_INVALID", "invalid command of " + command.length + " bytes");
    }

    @Override
    public boolean topic(byte command, ByteBuffer bytes, int start, int length) {
        if (!Names.isValid(bytes, start, length)) {
            throw CommandDecoder.badTopic(Command.name(command), new byte[0]);
        }
        long before = digest;
        digest = 0;
        range(start, length);
        topic = digest;
        digest = before;
        mix(topic);
        return true;
    }

    @Override
    public boolean sameTopic(byte command) {
        mix(topic);
        return true;
    }

    @Override
    public void publish(byte command, int offset, int bytes, int count) {
        frame(command);
        range(offset, bytes);
        int at = offset;
        for (int i = 0; i < count; i++) {
            int length = data.getInt(at);
            if (length < 1) {
                throw new AssertionError("a message of " + length + " bytes");
            }
            at += Integer.BYTES + length;
        }
        if (at != offset + bytes) {
            throw new AssertionError("messages end at " + at + ", the publish at " + (offset + bytes));
        }
    }

    @Override
    public void defer(int offset, int bytes, long delayMillis) {
        frame(Command.DPUB);
        range(offset, bytes);
        mix(delayMillis);
    }

    @Override
    public void finish(long id) {
        frame(Command.FIN);
        mix(id);
    }

    @Override
    public void requeue(long id, long delayMillis) {
        frame(Command.REQ);
        mix(id);
        mix(delayMillis);
    }

    @Override
    public void touch(long id) {
        frame(Command.TOUCH);
        mix(id);
    }

    @Override
    public void notInFlight(byte command, byte[] id) {
        frame(command);
        mix(id[3]);
    }

    @Override
    public void ready(long count) {
        frame(Command.RDY);
        mix(count);
    }

    @Override
    public void subscribe(String topic, String channel) {
        frame(Command.SUB);
        mix(topic.hashCode());
        mix(channel.hashCode());
    }

    @Override
    public void startClose() {
        frame(Command.CLS);
    }

    @Override
    public void nop() {
        frame(Command.NOP);
    }

    @Override
    public void identify(byte[] json) {
        frame(Command.IDENTIFY);
        mix(json.length);
    }

    @Override
    public void authenticate(byte[] secret) {
        frame(Command.AUTH);
        mix(secret.length);
    }
}
