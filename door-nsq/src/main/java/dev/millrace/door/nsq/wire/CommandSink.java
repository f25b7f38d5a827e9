package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;

/**
 * Takes the commands that a {@link CommandDecoder} found, in their order. Any method may refuse by throwing a
 * {@link ProtocolException}; nothing is decoded after that.
 */
public interface CommandSink {
    /** Whether nothing more may be decoded for now, because the last command has not been decided yet. */
    boolean blocked();

    /** Refuses a command that the connection's state does not allow. Called when its line is complete. */
    void admit(byte command);

    /** Always refuses; the answer is the exception to throw. */
    ProtocolException unknown(byte[] command);

    /**
     * The topic of the publish whose line is complete: {@code length} bytes at {@code start}, not yet validated. Comes
     * before its body is read; {@link #publish} or {@link #defer} follows.
     *
     * @return false when the answer takes time: {@link #blocked()} until then
     */
    boolean topic(byte command, ByteBuffer data, int start, int length);

    /** The same as {@link #topic}, for the topic of the last one. */
    boolean sameTopic(byte command);

    /** A PUB or MPUB is complete and valid: {@code count} times (int32 length, bytes) at {@code offset}. */
    void publish(byte command, int offset, int bytes, int count);

    /** A DPUB is complete and valid. */
    void defer(int offset, int bytes, long delayMillis);

    void finish(long id);

    /** REQ; the delay is not negative and not yet clamped. */
    void requeue(long id, long delayMillis);

    void touch(long id);

    /** FIN, REQ or TOUCH with 16 bytes that no message can have as its id. */
    void notInFlight(byte command, byte[] id);

    /** RDY; the count is not yet validated. */
    void ready(long count);

    void subscribe(String topic, String channel);

    /** CLS. */
    void startClose();

    void nop();

    /** IDENTIFY with its body. */
    void identify(byte[] json);

    /** AUTH with its body. */
    void authenticate(byte[] secret);
}
