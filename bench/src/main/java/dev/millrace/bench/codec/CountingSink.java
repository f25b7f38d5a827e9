package dev.millrace.bench.codec;

import dev.millrace.door.nsq.wire.CommandSink;
import dev.millrace.door.nsq.wire.ProtocolException;
import java.nio.ByteBuffer;

/** Accepts everything and counts it. */
final class CountingSink implements CommandSink {
    long seen;

    @Override
    public boolean blocked() {
        return false;
    }

    @Override
    public void admit(byte command) {
        seen++;
    }

    @Override
    public ProtocolException unknown(byte[] command) {
        throw new IllegalStateException("an unknown command of " + command.length + " bytes");
    }

    @Override
    public boolean topic(byte command, ByteBuffer data, int start, int length) {
        seen += length;
        return true;
    }

    @Override
    public boolean sameTopic(byte command) {
        seen++;
        return true;
    }

    @Override
    public void publish(byte command, int offset, int bytes, int count) {
        seen += count;
    }

    @Override
    public void defer(int offset, int bytes, long delayMillis) {
        seen += delayMillis;
    }

    @Override
    public void finish(long id) {
        seen += id;
    }

    @Override
    public void requeue(long id, long delayMillis) {
        seen += id;
    }

    @Override
    public void touch(long id) {
        seen += id;
    }

    @Override
    public void notInFlight(byte command, byte[] id) {
        throw new IllegalStateException("not an id: " + id.length + " bytes");
    }

    @Override
    public void ready(long count) {
        seen += count;
    }

    @Override
    public void subscribe(String topic, String channel) {
        seen++;
    }

    @Override
    public void startClose() {
        seen++;
    }

    @Override
    public void nop() {
        seen++;
    }

    @Override
    public void identify(byte[] json) {
        seen += json.length;
    }

    @Override
    public void authenticate(byte[] secret) {
        seen += secret.length;
    }
}
