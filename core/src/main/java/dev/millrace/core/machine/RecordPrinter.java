package dev.millrace.core.machine;

import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.BodyLayout;
import dev.millrace.core.message.MessageView;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Shows records readably, a line each, for {@code millrace log dump}. Thread safety: none. */
public final class RecordPrinter {
    private static final int SHOWN_ITEMS = 8;
    private static final int SHOWN_BODY_BYTES = 60;

    private final Bodies bodies = new Bodies();
    private final MessageView view = new MessageView();

    /** Prints the records of a batch, from the buffer's position to its limit; stops at one that makes no sense. */
    public void print(ByteBuffer records, Consumer<String> line) {
        int at = records.position();
        while (at + Records.HEADER_BYTES <= records.limit()) {
            int length = records.getInt(at + 4);
            if (length < Records.HEADER_BYTES || length > records.limit() - at) {
                line.accept("  @" + at + " impossible record length " + length);
                return;
            }
            ByteBuffer record = records.slice(at, length);
            line.accept("  @" + at + " " + Records.name(record.get(0)) + " v" + record.get(1) + " " + fields(record));
            if (BodyLayout.isBodies(record.get(0))) {
                bodies(records, at, line);
            }
            at += length;
        }
    }

    private String fields(ByteBuffer r) {
        return switch (r.get(0)) {
            case BodyLayout.PUBLISH, BodyLayout.ENQUEUE ->
                    "topic " + r.getInt(8) + ", " + r.getInt(12) + " messages from id "
                            + hex(r.getLong(16)) + ", sequence " + r.getLong(32) + ", " + r.getInt(40) + " bytes";
            case BodyLayout.DEFER -> "topic " + r.getInt(8) + ", id " + hex(r.getLong(16)) + ", due at "
                    + r.getLong(32) + (r.getShort(BodyLayout.FLAGS) == 0 ? " ms, " : " ms of wall time, ")
                    + r.getInt(40)
                    + " bytes";
            case Records.LEASE -> "group " + r.getInt(8) + ", consumer " + r.getInt(12) + ", until " + r.getLong(16)
                    + " ms, " + r.getInt(24) + " given back, " + r.getInt(28) + " fresh";
            case Records.ACK -> (r.getShort(2) != 0 ? "filtered " : "done ") + items(r, 8, i -> slot(r, i));
            case Records.RETRY -> items(r, 16, i -> slot(r, i) + " due " + (r.getLong(i + 8) >>> 8) + " reason "
                    + (r.getLong(i + 8) & 0xFF));
            case Records.EXTEND -> items(r, 16, i -> slot(r, i) + " until " + r.getLong(i + 8));
            case Records.DUE_BY_WALL ->
                    items(r, 24, i -> waited(r.getLong(i + 8)) + Waiting.owner(r.getLong(i + 8)) + " "
                            + hex(r.getLong(i)) + " at " + r.getLong(i + 16));
            case Records.DUE -> items(r, 16, i -> waited(r.getLong(i + 8)) + Waiting.owner(r.getLong(i + 8)) + " "
                    + hex(r.getLong(i)));
            case Records.DEAD -> slot(r, 8) + ", " + Records.reason(r.getInt(24));
            case Records.ATTEMPT -> "group " + r.getInt(Attempt.GROUP) + ", sequence " + r.getLong(Attempt.SEQ)
                    + ", attempt " + Attempt.read(r, 0);
            case Records.REDRIVE, Records.DEAD_PURGE -> items(r, 8,
                    i -> "group " + r.getInt(i) + " number " + r.getInt(i + 4));
            case Records.MOVE -> items(r, Relocation.ITEM_BYTES, i -> "topic " + r.getInt(i) + " chunk "
                    + r.getInt(i + 4) + " to " + hex(r.getLong(i + 8)));
            case Records.TOPIC_CREATE -> "topic " + r.getInt(8) + " " + name(r, 12);
            case Records.GROUP_CREATE -> "group " + r.getInt(8) + " of topic " + r.getInt(12) + " from sequence "
                    + r.getLong(16) + " " + name(r, 24);
            case Records.GROUP_POLICY -> "group " + r.getInt(8) + ", " + r.getInt(12) + " attempts, "
                    + r.getLong(16) + " to " + r.getLong(24) + " ms"
                    + (r.get(1) == 1 ? "" : ", jitter " + r.getInt(32) + " %");
            case Records.DROP -> "topic " + r.getInt(8)
                    + ((r.getShort(2) & Records.FLAG_ONE_GROUP) == 0 ? "" : " group " + r.getInt(12))
                    + ((r.getShort(2) & Records.FLAG_HISTORY) == 0 ? "" : " history")
                    + " up to sequence " + r.getLong(16);
            case Records.TOPIC_HISTORY -> "topic " + r.getInt(8) + ", " + r.getLong(16) + " ms, " + r.getLong(24)
                    + " bytes, from sequence " + r.getLong(32);
            case Records.GROUP_REPLAY -> "group " + r.getInt(8) + " from sequence " + r.getLong(16);
            case Records.DEAD_JOB -> "group " + r.getInt(8)
                    + (r.getInt(12) == DeadJob.REPLAY ? " replays" : " purges") + " all that are dead";
            case Records.PAD -> r.limit() + " bytes";
            default -> tracked(r);
        };
    }

    /** Records of tracked topics and of mails, and those that only have a number. */
    private String tracked(ByteBuffer r) {
        return switch (r.get(0)) {
            case Records.LEASE_EACH -> "group " + r.getInt(8) + ", consumer " + r.getInt(12) + ", until "
                    + r.getLong(16) + " ms, " + (r.limit() - 32) / Long.BYTES + " messages: " + leases(r);
            case Records.KEEP -> items(r, 16, i -> slot(r, i) + " until " + r.getLong(i + 8));
            case Records.END -> items(r, 16, i -> slot(r, i) + " " + (r.getInt(i + 8) == TrackedTopics.CANCELLED
                    ? "cancelled"
                    : "expired"));
            case Records.TRACK -> items(r, 16, i -> "group " + r.getInt(i) + " " + command(r.getInt(i + 4)) + " seq "
                    + r.getLong(i + 8));
            case Records.OVER_KEPT -> items(r, 24,
                    i -> ((r.getShort(2) & Records.FLAG_LEASED) != 0 ? "slot " : "group ")
                            + r.getInt(i) + " seq " + r.getLong(i + 8)
                            + (r.getInt(i + 4) == TrackedTopics.CANCELLED ? " cancelled" : " expired") + " until "
                            + r.getLong(i + 16));
            case Records.ONCE -> items(r, 40, i -> "topic " + r.getInt(i) + " id " + Long.toHexString(r.getLong(i + 24))
                    + " until " + r.getLong(i + 32));
            case Records.ARCHIVE -> items(r, 24, i -> "group " + r.getInt(i) + " seq " + r.getLong(i + 8));
            case Records.GROUP_LIMITS -> "group " + r.getInt(8) + ", " + r.getInt(12) + " at once, " + r.getInt(16)
                    + " in " + r.getLong(24) + " ms, ageing " + r.getLong(32) + " ms";
            case Records.GROUP_GATHER -> "group " + r.getInt(8) + ", at most " + r.getInt(12) + " together, after "
                    + r.getLong(24) + " ms, " + r.getLong(16) + " ms after the first";
            case Records.BATCH_CLOSE -> "topic " + r.getInt(8) + ", batch " + hex(r.getLong(16));
            case Records.MAIL_SENT -> items(r, 16, i -> "mail " + r.getLong(i)
                    + (r.getInt(i + 12) == Posting.TAKEN ? "" : " (dropped)"));
            case Records.MAIL_ADDRESS -> items(r, 24, i -> "mail " + r.getLong(i) + " to shard " + r.getInt(i + 8)
                    + " as letter " + r.getLong(i + 16));
            case Records.MAIL_RECEIVED -> "letter " + r.getLong(16) + " of shard " + r.getInt(8);
            case Records.OUTPUT -> "group " + r.getInt(Attempt.GROUP) + ", sequence " + r.getLong(Attempt.SEQ)
                    + switch (r.getInt(Attempt.NUMBER)) {
                        case Output.RESULT -> ", result";
                        case Output.LOG -> ", log";
                        default -> ", progress " + r.getInt(32) + " %";
                    }
                    + ", " + r.getInt(36) + " bytes";
            default -> "number " + (r.limit() >= 12 ? r.getInt(8) : -1)
                    + (r.limit() >= 16 ? " value " + r.getInt(12) : "");
        };
    }

    private static String waited(long payload) {
        return switch (Waiting.kind(payload)) {
            case Waiting.RETRY -> "group ";
            case Waiting.DEFERRED, Waiting.DEFERRED_BY_WALL -> "deferred of topic ";
            default -> Waiting.purpose(payload) == Tracking.UNIQUE_END ? "unique key of topic " : "tracked of group ";
        };
    }

    private static String leases(ByteBuffer r) {
        StringBuilder text = new StringBuilder();
        for (int i = 32; i + Long.BYTES <= Math.min(r.limit(), 32 + SHOWN_ITEMS * Long.BYTES); i += Long.BYTES) {
            long item = r.getLong(i);
            String what = switch ((int) item & 0xFF) {
                case TrackedTopics.TAKE -> "";
                case TrackedTopics.SKIP -> " (over)";
                default -> " (waits for its limit)";
            };
            text.append(i == 32 ? "" : ", ").append("seq ").append(item >>> 16).append(what);
        }
        return text.toString();
    }

    private static String command(int what) {
        return switch (what) {
            case TrackedTopics.CANCEL -> "cancel";
            case TrackedTopics.RUN_NOW -> "run now";
            case TrackedTopics.REMOVE -> "remove";
            default -> "ask to stop";
        };
    }

    private void bodies(ByteBuffer records, int at, Consumer<String> line) {
        bodies.wrap(records, at);
        for (int i = 0; i < Math.min(bodies.count(), SHOWN_ITEMS); i++) {
            bodies.read(i, view);
            StringBuilder text = new StringBuilder("      ").append(hex(view.id))
                    .append(' ')
                    .append(view.bodyLength)
                    .append(" bytes: ");
            for (int b = 0; b < Math.min(view.bodyLength, SHOWN_BODY_BYTES); b++) {
                char c = (char) (view.bytes.get(view.bodyOffset + b) & 0xFF);
                text.append(c >= 0x20 && c < 0x7F ? c : '.');
            }
            line.accept(text.toString());
        }
        if (bodies.count() > SHOWN_ITEMS) {
            line.accept("      and " + (bodies.count() - SHOWN_ITEMS) + " more");
        }
    }

    private interface Item {
        String at(int index);
    }

    private static String items(ByteBuffer record, int bytes, Item item) {
        int count = (record.limit() - Records.HEADER_BYTES) / bytes;
        StringBuilder text = new StringBuilder().append(count).append(": ");
        for (int i = 0; i < Math.min(count, SHOWN_ITEMS); i++) {
            text.append(i == 0 ? "" : ", ").append(item.at(Records.HEADER_BYTES + i * bytes));
        }
        return count > SHOWN_ITEMS ? text.append(", ...").toString() : text.toString();
    }

    private static String slot(ByteBuffer record, int at) {
        return "slot " + record.getInt(at) + " seq ..." + Integer.toUnsignedString(record.getInt(at + 4));
    }

    private static String name(ByteBuffer record, int at) {
        return RecordWriter.string(record.duplicate().position(at));
    }

    private static String hex(long id) {
        String digits = Long.toHexString(id);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
