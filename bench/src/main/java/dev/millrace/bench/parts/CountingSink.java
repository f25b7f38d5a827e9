package dev.millrace.bench.parts;

import dev.millrace.door.nsq.wire.CommandSink;
import dev.millrace.door.nsq.wire.ProtocolException;
import java.nio.ByteBuffer;

/** Counts messages that were published or finished; refuses everything else. */
final class CountingSink implements CommandSink {
    private long messages;
    private long sum;

    long messages() {
        return messages;
    }

    /** Depends on all that came. */
    long sum() {
        return sum;
    }

    @Override
    public boolean blocked() {
        return false;
    }

    @Override
    public void admit(byte command) {
        sum += command;
    }

    @Override
    public ProtocolException unknown(byte[] command) {
        throw unexpected();
    }

    @Override
    public boolean topic(byte command, ByteBuffer data, int start, int length) {
        return true;
    }

    @Override
    public boolean sameTopic(byte command) {
        return true;
    }

    @Override
    public void publish(byte command, int offset, int bytes, int count) {
        messages += count;
        sum += bytes;
    }

    @Override
    public void defer(int offset, int bytes, long delayMillis) {
        throw unexpected();
    }

    @Override
    public void finish(long id) {
        messages++;
        sum += id;
    }

    @Override
    public void requeue(long id, long delayMillis) {
        throw unexpected();
    }

    @Override
    public void touch(long id) {
        throw unexpected();
    }

    @Override
    public void notInFlight(byte command, byte[] id) {
        throw unexpected();
    }

    @Override
    public void ready(long count) {
        throw unexpected();
    }

    @Override
    public void subscribe(String topic, String channel) {
        throw unexpected();
    }

    @Override
    public void startClose() {
        throw unexpected();
    }

    @Override
    public void nop() {
        throw unexpected();
    }

    @Override
    public void identify(byte[] json) {
        throw unexpected();
    }

    @Override
    public void authenticate(byte[] secret) {
        throw unexpected();
    }

    private static IllegalStateException unexpected() {
        return new IllegalStateException("a command that was not sent");
    }
}
