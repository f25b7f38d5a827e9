package dev.millrace.bench.parts;

import dev.millrace.core.message.BodyLayout;
import dev.millrace.core.message.Ids;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/** Messages of equal length as a record of the log has them, and as a client sends and answers them. */
final class Messages {
    private final int count;
    private final int bodyBytes;
    private final SplittableRandom random = new SplittableRandom(1);

    Messages(int count, int bodyBytes) {
        this.count = count;
        this.bodyBytes = bodyBytes;
    }

    /** Id of one of them. */
    static long id(int index) {
        return Ids.plus(Ids.of(1L << 50, 7), index);
    }

    /** (int32 length, bytes) × count. */
    ByteBuffer bodies() {
        ByteBuffer bodies = ByteBuffer.allocateDirect(count * (Integer.BYTES + bodyBytes));
        for (int i = 0; i < count; i++) {
            bodies.putInt(bodyBytes).put(letters());
        }
        return bodies.flip();
    }

    /** Writes a PUBLISH record at the position of {@code target}, as the machine does; see {@link BodyLayout}. */
    static void record(ByteBuffer target, ByteBuffer bodies, int messages) {
        int start = target.position();
        int offsets = BodyLayout.offsetsBytes(messages);
        int bodiesBytes = bodies.remaining();
        target.put(BodyLayout.PUBLISH).put(BodyLayout.VERSION).putShort((short) 0);
        target.putInt(BodyLayout.BODIES + bodiesBytes + offsets).putInt(1).putInt(messages);
        target.putLong(id(0)).putLong(1L << 60).putLong(1).putInt(bodiesBytes).putInt(0);
        target.put(start + BodyLayout.BODIES, bodies, bodies.position(), bodiesBytes);
        int at = 0;
        int tableAt = start + BodyLayout.BODIES + bodiesBytes;
        for (int i = 0; i < messages; i++) {
            if (i > 0 && i % BodyLayout.STRIDE == 0) {
                target.putInt(tableAt, at);
                tableAt += Integer.BYTES;
            }
            at += Integer.BYTES + bodies.getInt(bodies.position() + at);
        }
        target.position(tableAt);
    }

    /** The commands that publish all of them, so many in each; 1 gives PUB, more gives MPUB. */
    ByteBuffer publishes(int each) {
        ByteBuffer commands = ByteBuffer.allocateDirect(count * (bodyBytes + 64));
        for (int i = 0; i < count; i += each) {
            if (each == 1) {
                commands.put(ascii("PUB parts\n")).putInt(bodyBytes).put(letters());
            } else {
                int body = Integer.BYTES + each * (Integer.BYTES + bodyBytes);
                commands.put(ascii("MPUB parts\n")).putInt(body).putInt(each);
                for (int j = 0; j < each; j++) {
                    commands.putInt(bodyBytes).put(letters());
                }
            }
        }
        return commands.flip();
    }

    /** FIN for each. */
    ByteBuffer finishes() {
        ByteBuffer commands = ByteBuffer.allocateDirect(count * 21);
        for (int i = 0; i < count; i++) {
            commands.put(ascii(String.format(Locale.ROOT, "FIN %016x\n", id(i))));
        }
        return commands.flip();
    }

    private byte[] letters() {
        byte[] letters = new byte[bodyBytes];
        for (int i = 0; i < bodyBytes; i++) {
            letters[i] = (byte) ('a' + random.nextInt(26));
        }
        return letters;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
