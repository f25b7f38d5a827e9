package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The commands of protocol V2. Constants, not an enum, because they are kept in byte arrays. */
public final class Command {
    public static final byte UNKNOWN = 0;
    public static final byte FIN = 1;
    public static final byte PUB = 2;
    public static final byte MPUB = 3;
    public static final byte DPUB = 4;
    public static final byte RDY = 5;
    public static final byte REQ = 6;
    public static final byte TOUCH = 7;
    public static final byte NOP = 8;
    public static final byte SUB = 9;
    public static final byte CLS = 10;
    public static final byte IDENTIFY = 11;
    public static final byte AUTH = 12;

    private static final String[] NAMES = {"", "FIN", "PUB", "MPUB", "DPUB", "RDY", "REQ", "TOUCH", "NOP", "SUB", "CLS",
        "IDENTIFY", "AUTH"};
    private static final byte[][] BYTES = new byte[NAMES.length][];

    static {
        for (int i = 0; i < NAMES.length; i++) {
            BYTES[i] = NAMES[i].getBytes(StandardCharsets.US_ASCII);
        }
    }

    private Command() {}

    public static String name(byte command) {
        return NAMES[command];
    }

    /** The command with this name, {@link #UNKNOWN} if none. */
    static byte of(ByteBuffer data, int start, int length) {
        for (byte command = FIN; command < NAMES.length; command++) {
            byte[] name = BYTES[command];
            if (name.length == length && matches(data, start, name)) {
                return command;
            }
        }
        return UNKNOWN;
    }

    private static boolean matches(ByteBuffer data, int start, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (data.get(start + i) != name[i]) {
                return false;
            }
        }
        return true;
    }
}
