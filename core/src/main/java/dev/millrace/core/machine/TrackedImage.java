package dev.millrace.core.machine;

/**
 * The part of an {@link Image} that is about tracked topics: for a topic its terms and unique keys, for a group its
 * settings, lanes and tables. docs/state.md has the format.
 *
 * <p>
 * Made on the owner thread; may be written by another.
 */
final class TrackedImage {
    /** Version of the sections of topics and groups since which batches, groups of messages and mails are in them. */
    private static final int WITH_FLOWS = 4;
    /** Version of the section of topics since which ids of clients, and where keys were moved to, are in it. */
    private static final int WITH_CLIENT_IDS = 5;

    private TrackedImage() {}

    /** A tracked topic. */
    static final class OfTopic {
        private final long[] terms;
        private final long taken;
        private final LongTable.Frozen uniques;
        private final LongTable.Frozen holders;
        private final LongTable.Frozen batches;
        private final LongTable.Frozen moved;
        private final LongTable.Frozen clientIds;
        private final LongTable.Frozen clientIdHolders;
        private final LongTable.Frozen clientIdsMoved;

        OfTopic(TopicKeys keys) {
            terms = new long[4 * (keys.terms.size() - 1)];
            for (int number = 1; number < keys.terms.size(); number++) {
                Terms each = keys.terms.get(number);
                int at = 4 * (number - 1);
                terms[at] = each.maxAttempts();
                terms[at + 1] = each.minBackoffMillis();
                terms[at + 2] = each.maxBackoffMillis();
                terms[at + 3] = each.retentionMillis();
            }
            taken = keys.uniques.taken;
            uniques = keys.uniques.rows.freeze();
            holders = keys.uniques.holders.freeze();
            batches = keys.batches.rows.freeze();
            moved = keys.uniques.moved.freeze();
            clientIds = keys.clientIds.rows.freeze();
            clientIdHolders = keys.clientIds.holders.freeze();
            clientIdsMoved = keys.clientIds.moved.freeze();
        }

        /** As {@link TrackedImage#digest}, without keys that are held only until their message is done or gone. */
        long hash() {
            long[] sum = {taken * 31};
            LongTable.Frozen all = uniques.copy();
            while (all.visit(1, (words, at) -> sum[0] += Uniques.windowHash(words, at)) > 0) {
                // the next page
            }
            sum[0] += batches.digest(BatchTable.ROW_WORDS) * 131;
            for (long word : terms) {
                sum[0] = sum[0] * 0x9E37_79B9_7F4A_7C15L + word;
            }
            return sum[0];
        }

        void write(ImageSink sink) {
            putAll(sink, terms);
            sink.put(taken);
            rows(sink, uniques, Uniques.ROW_WORDS);
            rows(sink, holders, Uniques.HOLDER_WORDS);
            rows(sink, batches, BatchTable.ROW_WORDS);
            rows(sink, moved, Uniques.MOVED_WORDS);
            rows(sink, clientIds, Uniques.ROW_WORDS);
            rows(sink, clientIdHolders, Uniques.HOLDER_WORDS);
            rows(sink, clientIdsMoved, Uniques.MOVED_WORDS);
        }
    }

    /** Keys of publishes that are not to be repeated. */
    static final class Keys {
        private final long taken;
        private final LongTable.Frozen rows;
        private final LongTable.Frozen moved;

        Keys(Uniques keys) {
            taken = keys.taken;
            rows = keys.rows.freeze();
            moved = keys.moved.freeze();
        }

        void write(ImageSink sink) {
            sink.put(taken);
            rows(sink, rows, Uniques.ROW_WORDS);
            rows(sink, moved, Uniques.MOVED_WORDS);
        }

        long hash() {
            long[] sum = {taken * 31};
            LongTable.Frozen all = rows.copy();
            while (all.visit(1, (words, at) -> sum[0] += Uniques.windowHash(words, at)) > 0) {
                // the next page
            }
            return sum[0];
        }
    }

    static void read(ImageSource source, Uniques once) {
        once.taken = source.get();
        rows(source, once.rows, Uniques.ROW_WORDS);
        rows(source, once.moved, Uniques.MOVED_WORDS);
        once.restored();
    }

    static long digestOnce(Topic topic) {
        return topic.uniques().digest(topic::isUnderWay) + topic.uniques().taken * 31;
    }

    /** The keys of a topic, from a section of this version. */
    static void read(ImageSource source, TopicKeys keys, int version) {
        long[] terms = source.all();
        for (int at = 0; at < terms.length; at += 4) {
            keys.terms.number(new Terms((int) terms[at], terms[at + 1], terms[at + 2], terms[at + 3]));
        }
        keys.uniques.taken = source.get();
        rows(source, keys.uniques.rows, Uniques.ROW_WORDS);
        rows(source, keys.uniques.holders, Uniques.HOLDER_WORDS);
        if (version >= WITH_FLOWS) {
            rows(source, keys.batches.rows, BatchTable.ROW_WORDS);
        }
        if (version >= WITH_CLIENT_IDS) {
            rows(source, keys.uniques.moved, Uniques.MOVED_WORDS);
            keys.uniques.restored();
            rows(source, keys.clientIds.rows, Uniques.ROW_WORDS);
            rows(source, keys.clientIds.holders, Uniques.HOLDER_WORDS);
            rows(source, keys.clientIds.moved, Uniques.MOVED_WORDS);
            keys.clientIds.restored();
        }
    }

    /** A hash of what is kept for a topic, the same however far what was purged has been forgotten. */
    static long digest(Topic topic) {
        TopicKeys keys = topic.keys();
        long hash = keys.uniques.digest(topic::isUnderWay) + keys.uniques.taken * 31
                + keys.clientIds.digest(topic::isHere) * 127
                + keys.batches.rows.freeze().digest(BatchTable.ROW_WORDS) * 131;
        for (long word : new OfTopic(keys).terms) {
            hash = hash * 0x9E37_79B9_7F4A_7C15L + word;
        }
        return hash;
    }

    /** A group of a tracked topic. */
    static final class OfGroup {
        private final long[] scalars;
        private final LongQueue.Frozen[] lanes;
        private final RowTable.Frozen rows;
        private final LongTable.Frozen dead;
        private final LongTable.Frozen lines;
        private final LongTable.Frozen limits;
        private final NoteTable.Frozen outputs;
        private final LongTable.Frozen sets;
        private final LongTable.Frozen members;
        private final LongTable.Frozen live;
        private final NoteTable.Frozen mailed;

        OfGroup(Tracking tracking) {
            GroupLimits settings = tracking.settings;
            GatherLimits gather = tracking.gathering.settings;
            scalars = new long[]{tracking.group().scheduled, tracking.ready, tracking.kept, settings.concurrency(),
                settings.rate(), settings.periodMillis(), settings.ageingMillis(), gather.maxSize(),
                gather.maxDelayMillis(), gather.graceMillis()};
            lanes = new LongQueue.Frozen[tracking.lanes.length];
            for (int lane = 0; lane < lanes.length; lane++) {
                lanes[lane] = tracking.lanes[lane].freeze();
            }
            rows = tracking.rows.freeze();
            dead = tracking.dead.freeze();
            lines = tracking.lines.freeze();
            limits = tracking.limits.rows.freeze();
            outputs = tracking.outputs.freeze();
            sets = tracking.gathering.sets.freeze();
            members = tracking.follows.members.freeze();
            live = tracking.follows.live.freeze();
            mailed = tracking.mailed.freeze();
        }

        void write(ImageSink sink, boolean digest) {
            putAll(sink, scalars);
            for (LongQueue.Frozen lane : lanes) {
                sink.put(lane.size());
                for (long i = 0; i < lane.size(); i++) {
                    sink.put(lane.get(i));
                }
            }
            if (digest) {
                sink.put(rows.digest(Tracking.ROW_WORDS));
                sink.put(dead.digest(Tracking.ROW_WORDS));
                sink.put(lines.digest(Tracking.LINE_WORDS));
                sink.put(limits.digest(LimitLines.ROW_WORDS));
                sink.put(outputs.digest());
                sink.put(sets.digest(Gathering.ROW_WORDS));
                sink.put(members.digest(Follows.MEMBER_WORDS));
                sink.put(live.digest(Follows.LIVE_WORDS));
                sink.put(mailed.digest());
            } else {
                rows(sink, rows, Tracking.ROW_WORDS);
                rows(sink, dead, Tracking.ROW_WORDS);
                rows(sink, lines, Tracking.LINE_WORDS);
                rows(sink, limits, LimitLines.ROW_WORDS);
                rows(sink, outputs.rows(), NoteTable.WORDS);
                rows(sink, sets, Gathering.ROW_WORDS);
                rows(sink, members, Follows.MEMBER_WORDS);
                rows(sink, live, Follows.LIVE_WORDS);
                rows(sink, mailed.rows(), NoteTable.WORDS);
            }
        }
    }

    /** What a group knows, from a section of this version. */
    static void read(ImageSource source, Tracking tracking, State state, int version) {
        long[] s = source.all();
        tracking.group().scheduled = s[0];
        tracking.ready = s[1];
        tracking.kept = s[2];
        tracking.settings = new GroupLimits((int) s[3], (int) s[4], s[5], s[6]);
        for (LongQueue lane : tracking.lanes) {
            for (long left = source.get(); left > 0; left--) {
                lane.add(source.get());
            }
        }
        rows(source, tracking.rows, Tracking.ROW_WORDS);
        tracking.rows.settle();
        rows(source, tracking.dead, Tracking.ROW_WORDS);
        rows(source, tracking.lines, Tracking.LINE_WORDS);
        rows(source, tracking.limits.rows, LimitLines.ROW_WORDS);
        Image.readNotes(source, state, tracking.outputs);
        if (version < WITH_FLOWS) {
            return;
        }
        tracking.gathering.settings = new GatherLimits((int) s[7], s[8], s[9]);
        rows(source, tracking.gathering.sets, Gathering.ROW_WORDS);
        rows(source, tracking.follows.members, Follows.MEMBER_WORDS);
        rows(source, tracking.follows.live, Follows.LIVE_WORDS);
        Image.readNotes(source, state, tracking.mailed);
    }

    static void rows(ImageSink sink, RowTable.Frozen table, int width) {
        sink.put(table.size());
        RowTable.Frozen all = table.copy();
        while (all.visit(1, (words, at) -> {
            for (int word = 0; word < width; word++) {
                sink.put(words[at + word]);
            }
        }) > 0) {
            // the next page
        }
    }

    static void rows(ImageSource source, RowTable table, int width) {
        for (long left = source.get(); left > 0; left--) {
            long key = source.get();
            table.put(key);
            for (int word = 1; word < width; word++) {
                table.set(key, word, source.get());
            }
        }
    }

    private static void putAll(ImageSink sink, long[] values) {
        sink.put(values.length);
        for (long value : values) {
            sink.put(value);
        }
    }
}
