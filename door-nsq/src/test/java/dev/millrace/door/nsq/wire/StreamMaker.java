package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Makes streams of random commands, and breaks them. */
final class StreamMaker {
    private static final int LONGEST_COMMAND = 2_100;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NAME = "abcdefghijklmnopqrstuvwxyz.ABCDEFGHIJKLMNOPQRSTUVWXYZ-_0123456789"
            .getBytes(StandardCharsets.US_ASCII);

    private final SplittableRandom random;
    private final ByteBuffer out;
    private int frames;
    /** Most commands name the topic of the one before; some a name that begins alike. */
    private String lastName = "topic";

    StreamMaker(SplittableRandom random, int bytes) {
        this.random = random;
        this.out = ByteBuffer.allocate(bytes);
    }

    /** Commands of the last stream. */
    int frames() {
        return frames;
    }

    /** Valid commands. */
    byte[] stream() {
        out.clear();
        frames = 0;
        while (out.remaining() > LONGEST_COMMAND) {
            command();
            frames++;
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** A stream with bytes changed, removed or put in, or with an end missing. */
    byte[] brokenStream() {
        byte[] whole = stream();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(whole.length);
            switch (random.nextInt(5)) {
                case 0 -> whole[at] = (byte) random.nextInt(256);
                case 1 -> whole[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> whole = Arrays.copyOf(whole, Math.max(1, at));
                case 3 -> Arrays.fill(whole, at, Math.min(whole.length, at + random.nextInt(40)), (byte) 0xff);
                default -> System.arraycopy(whole, at, whole, at / 2, Math.min(whole.length - at, 200));
            }
        }
        return whole;
    }

    private void command() {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> text("FIN ").id();
            case 5, 6, 7 -> text("PUB ").name().end().body(1 + random.nextInt(200));
            case 8 -> text("REQ ").id(random.nextInt(100_000));
            case 9 -> text("TOUCH ").id();
            case 10 -> text("RDY " + random.nextInt(2_500)).end();
            case 11 -> text("DPUB ").name().text(" " + random.nextInt(3_600_001)).end().body(1 + random.nextInt(300));
            case 12 -> mpub();
            case 13 -> text("SUB ").name().text(" ").name().end();
            case 14 -> text(random.nextInt(2) == 0 ? "NOP" : "CLS").end();
            default -> text(random.nextInt(2) == 0 ? "IDENTIFY" : "AUTH").end().body(1 + random.nextInt(100));
        }
    }

    private void mpub() {
        int count = 1 + random.nextInt(12);
        int[] sizes = random.ints(count, 1, 150).toArray();
        text("MPUB ").name().end();
        out.putInt(Integer.BYTES + Arrays.stream(sizes).sum() + count * Integer.BYTES).putInt(count);
        Arrays.stream(sizes).forEach(this::body);
    }

    private StreamMaker text(String text) {
        for (int i = 0; i < text.length(); i++) {
            out.put((byte) text.charAt(i));
        }
        return this;
    }

    private StreamMaker name() {
        if (random.nextInt(3) == 0) {
            StringBuilder name = new StringBuilder();
            int length = 1 + random.nextInt(20);
            for (int i = 0; i < length; i++) {
                name.append((char) NAME[random.nextInt(NAME.length)]);
            }
            lastName = random.nextInt(20) == 0 ? name + "#ephemeral" : name.toString();
        } else if (random.nextInt(8) == 0) {
            String plain = lastName.replace('#', 'x');
            lastName = plain.length() > 12 ? plain.substring(0, 10) : plain + "s";
        }
        return text(lastName);
    }

    private StreamMaker end() {
        return text(random.nextInt(30) == 0 ? "\r\n" : "\n");
    }

    private void id() {
        digits();
        end();
    }

    private void id(int number) {
        digits();
        text(" " + number).end();
    }

    private void digits() {
        long bits = random.nextLong();
        for (int i = 0; i < MessageIds.LENGTH; i++) {
            out.put(HEX[(int) (bits >>> (i * 4)) & 15]);
        }
    }

    private void body(int bytes) {
        out.putInt(bytes);
        long bits = random.nextLong();
        for (int i = 0; i < bytes; i++) {
            out.put((byte) (bits >>> (i & 31)));
        }
    }
}
