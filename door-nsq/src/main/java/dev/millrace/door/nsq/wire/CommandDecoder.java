package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Finds the commands in what a client sent, checks their form and sizes in the order in which nsqd checks them, and hands
 * them to a {@link CommandSink}. Allocates nothing for FIN, PUB and MPUB; sizes are checked before anybody waits for, or
 * makes room for, the bytes they announce.
 *
 * <pre>
 *   line:  NAME (' ' parameter)* LF            at most 16 KiB; a CR before the LF is dropped
 *   body:  int32 length, bytes                 IDENTIFY, AUTH, PUB, DPUB, MPUB
 *   MPUB:  int32 length, int32 count, (int32 length, bytes) x count
 * </pre>
 *
 * <p>
 * As in nsqd, an MPUB ends after its {@code count} messages, whatever its own length field says; both are held to the
 * same limit.
 *
 * <p>
 * Thread safety: one thread at a time. Between calls it keeps only how far the first incomplete command was looked at,
 * relative to that command's start, so that the caller may move the bytes and nothing is scanned twice.
 */
public final class CommandDecoder {
    /** Longest command line, line end included. */
    public static final int MAX_LINE_BYTES = 16 * 1024;
    private static final int FIN_BYTES = 21;
    private static final int FIN_WORD = 'F' << 24 | 'I' << 16 | 'N' << 8 | ' ';
    private static final int PUB_WORD = 'P' << 24 | 'U' << 16 | 'B' << 8 | ' ';
    private static final int INCOMPLETE = -1;
    private static final int PARAMS = 3;

    /** The longest line that is remembered, a multiple of 8 that any PUB or MPUB with a valid name fits into. */
    private static final int REMEMBERED = 80;

    private final DecoderLimits limits;
    private final CommandSink sink;

    // The first incomplete command; offsets count from its start.
    private boolean inBody;
    private byte command;
    private int lineBytes;
    private int scanned;
    private long delayMillis;
    private int count;
    private int seen;
    private int nextMessage;
    private int missing = 1;

    // The last PUB or MPUB line as it came: most producers send the same one again and again.
    private final ByteBuffer lastLine = ByteBuffer.allocate(REMEMBERED);
    private int lastLineBytes;
    private byte lastCommand;

    // Parameters of the line last looked at; absolute.
    private final int[] starts = new int[PARAMS];
    private final int[] stops = new int[PARAMS];
    private int params;

    public CommandDecoder(DecoderLimits limits, CommandSink sink) {
        this.limits = limits;
        this.sink = sink;
    }

    /**
     * Hands over the complete commands of {@code data[from, to)}.
     *
     * @return where the first command starts that is incomplete or may not be decoded yet
     * @throws ProtocolException
     *             at the first wrong one; the decoder must not be used any more
     */
    public int decode(ByteBuffer data, int from, int to) {
        int at = from;
        while (at < to && !sink.blocked()) {
            int next = inBody ? body(data, at, to) : line(data, at, to);
            if (next == INCOMPLETE) {
                return at;
            }
            at = next;
        }
        missing = 1;
        return at;
    }

    /** Bytes that must follow the last ones seen before the incomplete command can be complete; at least 1. */
    public int missing() {
        return missing;
    }

    /**
     * The refusal of a command whose body will never be complete, in nsqd's words; null for half a line, which nsqd does
     * not answer.
     *
     * @param available
     *            bytes of the incomplete command that have come
     */
    public @Nullable String cutOff(int available) {
        if (!inBody) {
            return null;
        }
        int bytes = available - lineBytes;
        boolean sized = bytes >= Integer.BYTES;
        String what = switch (command) {
            case Command.PUB, Command.DPUB -> sized ? "message body" : "message body size";
            case Command.MPUB -> cutOffMessages(bytes, available);
            default -> sized ? "body" : "body size";
        };
        return (what.startsWith("message") && !what.equals("message count") ? "E_BAD_MESSAGE " : "E_BAD_BODY ")
                + Command.name(command) + " failed to read " + what;
    }

    private String cutOffMessages(int bytes, int available) {
        if (bytes < 2 * Integer.BYTES) {
            return bytes < Integer.BYTES ? "body size" : "message count";
        }
        return available < nextMessage + Integer.BYTES ? "message(" + seen + ") body size" : "message body";
    }

    private int line(ByteBuffer data, int at, int to) {
        int word = to - at >= Integer.BYTES ? data.getInt(at) : 0;
        if (word == FIN_WORD && to - at >= FIN_BYTES && data.get(at + FIN_BYTES - 1) == '\n') {
            long id = MessageIds.parse(data, at + Integer.BYTES);
            if (id != MessageIds.NONE) {
                scanned = 0;
                sink.admit(Command.FIN);
                sink.finish(id);
                return at + FIN_BYTES;
            }
        }
        if (lastLineBytes > 0 && to - at >= lastLineBytes && isLastLine(data, at)) {
            scanned = 0;
            lineBytes = lastLineBytes;
            command = lastCommand;
            sink.admit(command);
            return startBody(data, at, to, sink.sameTopic(command));
        }
        int end = lineEnd(data, at, to);
        if (end == INCOMPLETE) {
            return INCOMPLETE;
        }
        lineBytes = end + 1 - at;
        int stop = end > at && data.get(end - 1) == '\r' ? end - 1 : end;
        split(data, at, stop);
        command = word == PUB_WORD ? Command.PUB : Command.of(data, at, stops[0] - at);
        if (command == Command.UNKNOWN) {
            throw sink.unknown(bytes(data, at, stops[0]));
        }
        sink.admit(command);
        return switch (command) {
            case Command.PUB, Command.MPUB -> publishLine(data, at, to);
            case Command.DPUB -> deferLine(data, at, to);
            case Command.IDENTIFY -> startBody(data, at, to);
            case Command.AUTH -> {
                require(params == 1, "AUTH invalid number of parameters");
                yield startBody(data, at, to);
            }
            default -> {
                plainLine(data);
                yield at + lineBytes;
            }
        };
    }

    /** Compares eight bytes at a time; the last eight overlap what was compared before. */
    private boolean isLastLine(ByteBuffer data, int at) {
        int last = lastLineBytes - Long.BYTES;
        for (int i = 0; i < last; i += Long.BYTES) {
            if (data.getLong(at + i) != lastLine.getLong(i)) {
                return false;
            }
        }
        return data.getLong(at + last) == lastLine.getLong(last);
    }

    private void remember(ByteBuffer data, int at) {
        boolean fits = lineBytes >= Long.BYTES && lineBytes <= REMEMBERED;
        lastLineBytes = fits ? lineBytes : 0;
        lastCommand = command;
        if (fits) {
            lastLine.put(0, data, at, lineBytes);
        }
    }

    private int lineEnd(ByteBuffer data, int at, int to) {
        int stop = Math.min(to, at + MAX_LINE_BYTES);
        for (int i = at + scanned; i < stop; i++) {
            if (data.get(i) == '\n') {
                scanned = 0;
                return i;
            }
        }
        require(stop - at < MAX_LINE_BYTES, "command line longer than " + MAX_LINE_BYTES + " bytes");
        scanned = stop - at;
        missing = 1;
        return INCOMPLETE;
    }

    private void split(ByteBuffer data, int start, int stop) {
        int at = start;
        params = 0;
        for (int i = start; i <= stop; i++) {
            if (i == stop || data.get(i) == ' ') {
                if (params < PARAMS) {
                    starts[params] = at;
                    stops[params] = i;
                }
                params++;
                at = i + 1;
            }
        }
    }

    // ---- commands without a body ----

    private void plainLine(ByteBuffer data) {
        switch (command) {
            case Command.FIN -> {
                require(params >= 2, "FIN insufficient number of params");
                long id = id(data);
                if (id != MessageIds.NONE) {
                    sink.finish(id);
                }
            }
            case Command.REQ -> requeue(data);
            case Command.TOUCH -> {
                require(params >= 2, "TOUCH insufficient number of params");
                long id = id(data);
                if (id != MessageIds.NONE) {
                    sink.touch(id);
                }
            }
            case Command.RDY -> ready(data);
            case Command.SUB -> subscribe(data);
            case Command.CLS -> sink.startClose();
            case Command.NOP -> sink.nop();
            default -> throw new IllegalStateException("command " + command);
        }
    }

    private void requeue(ByteBuffer data) {
        require(params >= 3, "REQ insufficient number of params");
        require(stops[1] - starts[1] == MessageIds.LENGTH, "invalid message ID");
        long delay = Decimal.parse(data, starts[2], stops[2]);
        if (delay == Decimal.NONE) {
            throw invalid("REQ could not parse timeout " + text(data, 2));
        }
        long id = id(data);
        if (id != MessageIds.NONE) {
            sink.requeue(id, delay);
        }
    }

    private void ready(ByteBuffer data) {
        long ready = params < 2 ? 1 : Decimal.parse(data, starts[1], stops[1]);
        if (ready == Decimal.NONE) {
            throw invalid("RDY could not parse count " + text(data, 1));
        }
        sink.ready(ready);
    }

    private void subscribe(ByteBuffer data) {
        require(params >= 3, "SUB insufficient number of parameters");
        if (!Names.isValid(data, starts[1], stops[1] - starts[1])) {
            throw badTopic("SUB", bytes(data, starts[1], stops[1]));
        }
        if (!Names.isValid(data, starts[2], stops[2] - starts[2])) {
            throw new ProtocolException("E_BAD_CHANNEL",
                    "SUB channel name " + GoText.quote(bytes(data, starts[2], stops[2])) + " is not valid");
        }
        sink.subscribe(text(data, 1), text(data, 2));
    }

    /** The id in parameter 1; one that no message can have is reported and answered with NONE. */
    private long id(ByteBuffer data) {
        require(stops[1] - starts[1] == MessageIds.LENGTH, "invalid message ID");
        long id = MessageIds.parse(data, starts[1]);
        if (id == MessageIds.NONE) {
            sink.notInFlight(command, bytes(data, starts[1], stops[1]));
        }
        return id;
    }

    // ---- commands with a body ----

    private int publishLine(ByteBuffer data, int at, int to) {
        if (params < 2) {
            throw invalid(Command.name(command) + " insufficient number of parameters");
        }
        boolean goOn = sink.topic(command, data, starts[1], stops[1] - starts[1]);
        remember(data, at);
        return startBody(data, at, to, goOn);
    }

    private int deferLine(ByteBuffer data, int at, int to) {
        require(params >= 3, "DPUB insufficient number of parameters");
        boolean goOn = sink.topic(command, data, starts[1], stops[1] - starts[1]);
        lastLineBytes = 0;
        delayMillis = Decimal.parse(data, starts[2], stops[2]);
        if (delayMillis == Decimal.NONE) {
            throw invalid("DPUB could not parse timeout " + text(data, 2));
        }
        if (delayMillis > limits.maxDelayMillis()) {
            throw invalid("DPUB timeout " + delayMillis + " out of range 0-" + limits.maxDelayMillis());
        }
        return startBody(data, at, to, goOn);
    }

    private int startBody(ByteBuffer data, int at, int to) {
        return startBody(data, at, to, true);
    }

    private int startBody(ByteBuffer data, int at, int to, boolean goOn) {
        inBody = true;
        nextMessage = 0;
        return goOn ? body(data, at, to) : INCOMPLETE;
    }

    private int body(ByteBuffer data, int at, int to) {
        int start = at + lineBytes;
        if (!arrived(start + Integer.BYTES, to)) {
            return INCOMPLETE;
        }
        int length = data.getInt(start);
        checkLength(length);
        if (command == Command.MPUB) {
            return messages(data, at, to, length);
        }
        int end = start + Integer.BYTES + length;
        if (!arrived(end, to)) {
            return INCOMPLETE;
        }
        inBody = false;
        switch (command) {
            case Command.PUB -> sink.publish(Command.PUB, start, Integer.BYTES + length, 1);
            case Command.DPUB -> sink.defer(start, Integer.BYTES + length, delayMillis);
            case Command.IDENTIFY -> sink.identify(bytes(data, start + Integer.BYTES, end));
            default -> sink.authenticate(bytes(data, start + Integer.BYTES, end));
        }
        return end;
    }

    private void checkLength(int length) {
        boolean message = command == Command.PUB || command == Command.DPUB;
        if (length <= 0) {
            throw message
                    ? badMessage(" invalid message body size " + length)
                    : badBody(" invalid body size " + length);
        }
        int limit = message ? limits.maxMsgBytes() : limits.maxBodyBytes();
        if (length > limit) {
            throw message
                    ? badMessage(" message too big " + length + " > " + limit)
                    : badBody(" body too big " + length + " > " + limit);
        }
    }

    /** Goes on checking an MPUB where the last call stopped. */
    private int messages(ByteBuffer data, int at, int to, int length) {
        int first = lineBytes + 2 * Integer.BYTES;
        if (nextMessage == 0) {
            if (!arrived(at + first, to)) {
                return INCOMPLETE;
            }
            count = data.getInt(at + first - Integer.BYTES);
            checkCount(count, limits);
            seen = 0;
            nextMessage = first;
        }
        int next = at + nextMessage;
        int maxEnd = at + first - Integer.BYTES + limits.maxBodyBytes();
        int left = count - seen;
        while (left > 0) {
            if (next + Integer.BYTES > to) {
                return incomplete(at, next, left, Math.max(next + Integer.BYTES, at + first - 4 + length) - to);
            }
            int size = data.getInt(next);
            checkMessage(size, count - left, limits);
            if (next + Integer.BYTES + size > maxEnd) {
                throw badBody(" body too big " + (next + Integer.BYTES + size - at - first + 4) + " > "
                        + limits.maxBodyBytes());
            }
            if (next + Integer.BYTES + size > to) {
                return incomplete(at, next, left, Math.max(next + 4 + size, at + first - 4 + length) - to);
            }
            next += Integer.BYTES + size;
            left--;
        }
        inBody = false;
        sink.publish(Command.MPUB, at + first, next - at - first, count);
        return next;
    }

    /**
     * Checks the messages of an MPUB that is all there: int32 count, then (int32 length, bytes) x count.
     *
     * @return the count
     * @throws ProtocolException
     *             as for the command
     */
    public static int checkMessages(ByteBuffer body, DecoderLimits limits) {
        if (body.capacity() < Integer.BYTES) {
            throw new ProtocolException("E_BAD_BODY", "MPUB failed to read message count");
        }
        int count = body.getInt(0);
        checkCount(count, limits);
        int next = Integer.BYTES;
        for (int i = 0; i < count; i++) {
            if (next + Integer.BYTES > body.capacity()) {
                throw new ProtocolException("E_BAD_MESSAGE", "MPUB failed to read message(" + i + ") body size");
            }
            int size = body.getInt(next);
            checkMessage(size, i, limits);
            next += Integer.BYTES + size;
            if (next > body.capacity()) {
                throw new ProtocolException("E_BAD_MESSAGE", "MPUB failed to read message body");
            }
        }
        return count;
    }

    /** Where the messages end that {@link #checkMessages} found good. */
    public static int endOfMessages(ByteBuffer body, int count) {
        int next = Integer.BYTES;
        for (int i = 0; i < count; i++) {
            next += Integer.BYTES + body.getInt(next);
        }
        return next;
    }

    private static void checkCount(int count, DecoderLimits limits) {
        if (count <= 0 || count > limits.maxCount()) {
            throw new ProtocolException("E_BAD_BODY", "MPUB invalid message count " + count);
        }
    }

    private int incomplete(int at, int next, int left, int missingBytes) {
        nextMessage = next - at;
        seen = count - left;
        missing = missingBytes;
        return INCOMPLETE;
    }

    private static void checkMessage(int size, int index, DecoderLimits limits) {
        if (size <= 0) {
            throw new ProtocolException("E_BAD_MESSAGE", "MPUB invalid message(" + index + ") body size " + size);
        }
        if (size > limits.maxMsgBytes()) {
            throw new ProtocolException("E_BAD_MESSAGE", "MPUB message too big " + size + " > " + limits.maxMsgBytes());
        }
    }

    private boolean arrived(int end, int to) {
        if (end <= to) {
            return true;
        }
        missing = end - to;
        return false;
    }

    // ---- refusals ----

    /** The refusal of a topic name; MPUB's text names the code twice, as nsqd's does. */
    public static ProtocolException badTopic(String command, byte[] name) {
        return new ProtocolException("E_BAD_TOPIC",
                ("MPUB".equals(command) ? "E_BAD_TOPIC " : "") + command + " topic name "
                        + GoText.quote(name) + " is not valid");
    }

    private ProtocolException badMessage(String what) {
        return new ProtocolException("E_BAD_MESSAGE", Command.name(command) + what);
    }

    private ProtocolException badBody(String what) {
        return new ProtocolException("E_BAD_BODY", Command.name(command) + what);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw invalid(otherwise);
        }
    }

    private static ProtocolException invalid(String what) {
        return new ProtocolException("E_INVALID", what);
    }

    private String text(ByteBuffer data, int param) {
        return new String(bytes(data, starts[param], stops[param]), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer data, int start, int stop) {
        byte[] copy = new byte[stop - start];
        data.get(start, copy);
        return copy;
    }
}
