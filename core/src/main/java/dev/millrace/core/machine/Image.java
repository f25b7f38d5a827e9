package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state at one position of the log, frozen: scalars are copied, tables are marked (see {@link PagedLongs}), so
 * taking it costs microseconds per topic and another thread may write it while the shard works on.
 *
 * <p>
 * What waits in the wheel is not in it; see {@link Waiting} for why it may be collected afterwards, slice by slice.
 * docs/state.md has the format.
 */
public final class Image {
    private static final int VERSION = 1;
    /** 2: with instants of wall time. */
    private static final int WAITING_VERSION = 2;
    /** 2: with the mails that have not arrived. */
    private static final int STATE_VERSION = 2;
    /** 5: with ids of clients; 4: with the history; 3: with what tracked topics have; 2: with what was dropped; 1 has one number less before the gaps. */
    private static final int TOPIC_VERSION = 5;
    /** 4: with jitter, replays and the job about the dead; 3: with what groups of tracked topics have; 2: with notes of attempts. */
    private static final int GROUP_VERSION = 4;
    /** 2: with a hash of the state. */
    private static final int END_VERSION = 2;
    private static final int TOPIC_SCALARS = 17;
    /** What keys a topic has: those of a tracked one, or of publishes that are not to be repeated. */
    private static final long TRACKED = 1;
    private static final long ONCE = 2;
    private static final int GROUP_SCALARS = 30;
    private static final long SECTION_STATE = 0x4D52_5354_0000_0000L;
    private static final long SECTION_TOPIC = 0x4D52_544F_0000_0000L;
    private static final long SECTION_GROUP = 0x4D52_4752_0000_0000L;
    private static final long SECTION_LEASES = 0x4D52_4C45_0000_0000L;
    private static final long SECTION_WAITING = 0x4D52_5741_0000_0000L;
    private static final long SECTION_END = 0x4D52_454E_0000_0000L;

    /** What an image is written for. */
    private enum Form {
        FILE, DIGEST, HASH
    }

    private final long[] scalars;
    private final List<TopicImage> topics = new ArrayList<>();
    private final List<GroupImage> groups = new ArrayList<>();
    private final LeaseTable.Frozen leases;
    private final LongTable.Frozen mail;
    private final LongTable.Frozen letters;
    private final List<long[]> seen = new ArrayList<>();
    private final List<GarbageImage> garbage = new ArrayList<>();

    private static final class TopicImage {
        final String name;
        final long[] scalars;
        final ChunkTable.Frozen chunks;
        final int passed;
        final Topic topic;
        final TrackedImage.@Nullable OfTopic tracked;
        final TrackedImage.@Nullable Keys once;

        TopicImage(Topic topic) {
            this.topic = topic;
            once = topic.once == null ? null : new TrackedImage.Keys(topic.once);
            tracked = topic.tracked() ? new TrackedImage.OfTopic(topic.keys()) : null;
            name = topic.name;
            scalars = scalars(topic);
            chunks = topic.chunks.freeze();
            passed = topic.passed();
        }
    }

    private record GarbageImage(int topic, LongQueue.Frozen queue) {}

    private static final class GroupImage {
        final String name;
        final long[] scalars;
        final LongQueue.Frozen returned;
        final DeadTable.Frozen dead;
        final NoteTable.Frozen notes;
        final NoteTable.Frozen deadNotes;
        final TrackedImage.@Nullable OfGroup tracked;

        GroupImage(Group group) {
            tracked = group.tracked() ? new TrackedImage.OfGroup(group.tracking()) : null;
            name = group.name;
            scalars = scalars(group);
            returned = group.returned.freeze();
            dead = group.deadTable.freeze();
            notes = group.notes.freeze();
            deadNotes = group.deadNotes.freeze();
        }
    }

    Image(State state) {
        scalars = new long[]{state.lastCounter, state.nextTopic, state.nextGroup, state.waiting.digest(),
            state.mail.posted};
        mail = state.mail.rows.freeze();
        letters = state.mail.letters.freeze();
        state.mail.seen.forEach((sender, of) -> {
            seen.add(new long[]{sender});
            seen.add(of.bounds());
        });
        for (Topic topic : state.topics()) {
            topics.add(new TopicImage(topic));
        }
        for (int number = 0; number < state.nextGroup; number++) {
            Group group = state.groupOrNull(number);
            if (group != null && !group.topic.removed) {
                groups.add(new GroupImage(group));
            }
        }
        leases = state.leases.freeze();
        for (Garbage.Heap heap : state.garbage.heaps()) {
            if (!heap.topic().removed) {
                garbage.add(new GarbageImage(heap.topic().number, heap.left().freeze()));
            }
        }
    }

    /** Followed by the topic's gaps, which there are hardly ever. */
    private static long[] scalars(Topic topic) {
        long[] gaps = topic.gaps.bounds();
        long[] scalars = {topic.number, topic.ephemeral ? 1 : 0, topic.paused ? 1 : 0, topic.generation,
            topic.nextSeq, topic.offeredSeq, topic.heldSeq, topic.accepted, topic.acceptedBytes, topic.scheduled,
            topic.cancelled, topic.expired, topic.purged, topic.dropped, topic.historyMillis, topic.historyBytes,
            topic.historySeq};
        long[] all = Arrays.copyOf(scalars, TOPIC_SCALARS + gaps.length);
        System.arraycopy(gaps, 0, all, TOPIC_SCALARS, gaps.length);
        return all;
    }

    /** Followed by what the group's replays left, which is hardly ever anything. */
    private static long[] scalars(Group group) {
        long[] replays = group.replays.pairs();
        long[] scalars = {group.number, group.topic.number, group.ephemeral ? 1 : 0, group.startSeq,
            group.paused ? 1 : 0, group.generation, group.cursor, group.redriven, group.leased, group.retrying,
            group.done, group.dead, group.cancelled, group.expired, group.purged, group.filtered, group.dropped,
            group.retries, group.timeouts, group.maxAttempts, group.minBackoffMillis, group.maxBackoffMillis,
            group.removed ? 1 : 0, group.held, group.jitterPercent,
            group.replayed, group.deadJob.what, group.deadJob.end, group.deadJob.total, group.deadJob.left};
        long[] all = Arrays.copyOf(scalars, GROUP_SCALARS + replays.length);
        System.arraycopy(replays, 0, all, GROUP_SCALARS, replays.length);
        return all;
    }

    /** Writes everything but what waits. */
    void write(ImageSink sink) {
        write(sink, Form.FILE);
    }

    /** A hash of the state, the same however the state came about and wherever its bodies stand. */
    long digest() {
        return hash(Form.DIGEST);
    }

    /**
     * The same, without the unique keys that are held until their message is done: which these are is not frozen, so that
     * only the owner can tell. Any thread; a snapshot ends with it.
     */
    long hash() {
        return hash(Form.HASH);
    }

    private long hash(Form form) {
        ImageSink.Digest digest = new ImageSink.Digest();
        write(digest, form);
        return digest.value();
    }

    private void write(ImageSink sink, Form form) {
        boolean digest = form != Form.FILE;
        sink.put(SECTION_STATE | STATE_VERSION);
        putAll(sink, scalars);
        if (digest) {
            sink.put(mail.digest(MailTable.ROW_WORDS));
            sink.put(letters.digest(MailTable.LETTERS_WORDS));
        } else {
            TrackedImage.rows(sink, mail, MailTable.ROW_WORDS);
            TrackedImage.rows(sink, letters, MailTable.LETTERS_WORDS);
        }
        sink.put(seen.size());
        seen.forEach(bounds -> putAll(sink, bounds));
        sink.put(topics.size());
        for (TopicImage topic : topics) {
            sink.put(SECTION_TOPIC | TOPIC_VERSION);
            sink.text(topic.name);
            putAll(sink, topic.scalars);
            writeChunks(sink, topic, digest);
            write(sink, topic, form);
        }
        sink.put(groups.size());
        for (GroupImage group : groups) {
            sink.put(SECTION_GROUP | GROUP_VERSION);
            sink.text(group.name);
            putAll(sink, group.scalars);
            writeReturned(sink, group.returned);
            writeDead(sink, group.dead);
            writeNotes(sink, group.notes, digest);
            writeNotes(sink, group.deadNotes, digest);
            if (group.tracked != null) {
                group.tracked.write(sink, digest);
            }
        }
        writeLeases(sink);
        if (!digest) {
            writeGarbage(sink);
        }
    }

    private static void write(ImageSink sink, TopicImage topic, Form form) {
        sink.put(topic.tracked != null ? TRACKED : topic.once != null ? ONCE : 0);
        if (topic.once != null) {
            switch (form) {
                case FILE -> topic.once.write(sink);
                case DIGEST -> sink.put(TrackedImage.digestOnce(topic.topic));
                case HASH -> sink.put(topic.once.hash());
            }
        }
        if (topic.tracked != null) {
            switch (form) {
                case FILE -> topic.tracked.write(sink);
                case DIGEST -> sink.put(TrackedImage.digest(topic.topic));
                case HASH -> sink.put(topic.tracked.hash());
            }
        }
    }

    private void writeGarbage(ImageSink sink) {
        sink.put(garbage.size());
        for (GarbageImage heap : garbage) {
            sink.put(heap.topic);
            writeReturned(sink, heap.queue);
        }
    }

    private static void putAll(ImageSink sink, long[] values) {
        sink.put(values.length);
        for (long value : values) {
            sink.put(value);
        }
    }

    private static void writeChunks(ImageSink sink, TopicImage topic, boolean digest) {
        ChunkTable.Frozen chunks = topic.chunks;
        sink.put(chunks.size());
        // Which of the passed chunks are released already is derived, so a digest leaves them out.
        for (int ordinal = digest ? topic.passed : 0; ordinal < chunks.size(); ordinal = chunks.next(ordinal)) {
            if (chunks.isLive(ordinal)) {
                sink.put(ordinal);
                sink.put(chunks.range(ordinal));
                // Recovery and relocation change where a chunk stands; what is under way in it follows from the rest.
                sink.put(digest ? 0 : chunks.location(ordinal));
                sink.put(digest ? chunks.use(ordinal) >>> 32 : chunks.use(ordinal));
                sink.put(chunks.firstId(ordinal));
            }
        }
        sink.put(-1);
    }

    private static void writeReturned(ImageSink sink, LongQueue.Frozen returned) {
        sink.put(returned.size());
        for (long i = 0; i < returned.size(); i++) {
            sink.put(returned.get(i));
        }
    }

    private static void writeDead(ImageSink sink, DeadTable.Frozen dead) {
        sink.put(dead.first());
        sink.put(dead.size());
        for (int number = dead.first(); number < dead.size(); number++) {
            sink.put(dead.holds(number) ? 1 : 0);
            if (dead.holds(number)) {
                for (int word = 0; word < DeadTable.WORDS; word++) {
                    sink.put(dead.word(number, word));
                }
                sink.text(dead.error(number));
            }
        }
    }

    private static void writeNotes(ImageSink sink, NoteTable.Frozen notes, boolean digest) {
        sink.put(notes.size());
        if (digest) {
            sink.put(notes.digest());
            return;
        }
        while (notes.visit(1, (key, location) -> {
            sink.put(key);
            sink.put(location);
        }) > 0) {
            // the next page
        }
    }

    private void writeLeases(ImageSink sink) {
        sink.put(SECTION_LEASES | VERSION);
        sink.put(leases.used());
        sink.put(leases.freeHead());
        for (int slot = 0; slot < leases.used(); slot++) {
            for (int word = 0; word < LeaseTable.WORDS - 1; word++) {
                sink.put(leases.word(slot, word));
            }
        }
    }

    /** Starts the section of waiting entries; they follow one by one, then {@link #end}. */
    static void beginWaiting(ImageSink sink) {
        sink.put(SECTION_WAITING | WAITING_VERSION);
    }

    static void waiting(ImageSink sink, long dueMillis, long id, long payload) {
        sink.put(dueMillis);
        sink.put(id);
        sink.put(payload);
    }

    static void end(ImageSink sink, long hash) {
        sink.put(-1);
        sink.put(SECTION_END | END_VERSION);
        sink.put(hash);
    }

    // ---- reading ----

    /** Loads a written image into an empty state; returns the hash that it ends with, 0 if it is older than that. */
    static long read(ImageSource source, Applier applier) {
        State state = applier.state;
        int version = source.section(SECTION_STATE, STATE_VERSION, "the state");
        long[] scalars = source.all();
        state.lastCounter = scalars[0];
        if (version >= 2) {
            state.mail.posted = scalars[4];
            TrackedImage.rows(source, state.mail.rows, MailTable.ROW_WORDS);
            TrackedImage.rows(source, state.mail.letters, MailTable.LETTERS_WORDS);
            for (long left = source.get(); left > 0; left -= 2) {
                int sender = (int) source.all()[0];
                state.mail.seen.computeIfAbsent(sender, shard -> new Seen()).restore(source.all());
            }
        }
        for (long topics = source.get(); topics > 0; topics--) {
            readTopic(source, state);
        }
        for (long groups = source.get(); groups > 0; groups--) {
            readGroup(source, applier);
        }
        readLeases(source, state);
        for (long heaps = source.get(); heaps > 0; heaps--) {
            Topic topic = state.topic((int) source.get());
            LongQueue queue = new LongQueue();
            for (long left = source.get(); left > 0; left--) {
                queue.add(source.get());
            }
            state.garbage.add(topic, queue);
        }
        source.section(SECTION_WAITING, WAITING_VERSION, "what waits");
        for (long due = source.get(); due >= 0; due = source.get()) {
            long id = source.get();
            state.waiting.restore(due, id, source.get());
        }
        int end = source.section(SECTION_END, END_VERSION, "the end");
        state.nextTopic = (int) scalars[1];
        state.nextGroup = (int) scalars[2];
        state.waiting.restoreDigest(scalars[3]);
        return end >= 2 ? source.get() : 0;
    }

    private static void readTopic(ImageSource source, State state) {
        int version = source.section(SECTION_TOPIC, TOPIC_VERSION, "a topic");
        String name = source.text();
        long[] scalars = source.all();
        Topic topic = new Topic((int) scalars[0], name, scalars[1] != 0);
        topic.paused = scalars[2] != 0;
        topic.generation = (int) scalars[3];
        topic.nextSeq = scalars[4];
        topic.offeredSeq = scalars[5];
        topic.heldSeq = scalars[6];
        topic.accepted = scalars[7];
        topic.acceptedBytes = scalars[8];
        topic.scheduled = scalars[9];
        topic.cancelled = scalars[10];
        topic.expired = scalars[11];
        topic.purged = scalars[12];
        topic.dropped = version >= 2 ? scalars[13] : 0;
        topic.historyMillis = version >= 4 ? scalars[14] : 0;
        topic.historyBytes = version >= 4 ? scalars[15] : 0;
        topic.historySeq = version >= 4 ? scalars[16] : 0;
        int gaps = version >= 4 ? TOPIC_SCALARS : version >= 2 ? 14 : 13;
        topic.gaps.restore(Arrays.copyOfRange(scalars, gaps, scalars.length));
        int size = (int) source.get();
        for (long ordinal = source.get(); ordinal >= 0; ordinal = source.get()) {
            long range = source.get();
            long location = source.get();
            long use = source.get();
            topic.chunks.restore((int) ordinal, range, location, use, source.get());
            state.segments.add(location, (int) (use >>> 32));
            topic.units += use >>> 32;
        }
        // Later chunks have later ids, all chunks before have earlier ones.
        topic.chunks.skipTo(size, topic.nextSeq, Ids.of(state.lastCounter + 1, 0));
        long keys = version >= 3 ? source.get() : 0;
        if (keys == TRACKED) {
            topic.track();
            TrackedImage.read(source, topic.keys(), version);
        } else if (keys == ONCE) {
            TrackedImage.read(source, topic.uniques());
        }
        state.put(topic);
    }

    private static void readGroup(ImageSource source, Applier applier) {
        State state = applier.state;
        int version = source.section(SECTION_GROUP, GROUP_VERSION, "a group");
        String name = source.text();
        long[] s = source.all();
        Topic topic = state.topic((int) s[1]);
        Group group = new Group((int) s[0], topic, name, s[2] != 0, s[3]);
        group.paused = s[4] != 0;
        group.generation = (int) s[5];
        group.cursor = s[6];
        group.redriven = s[7];
        group.leased = s[8];
        group.retrying = s[9];
        group.done = s[10];
        group.dead = s[11];
        group.cancelled = s[12];
        group.expired = s[13];
        group.purged = s[14];
        group.filtered = s[15];
        group.dropped = s[16];
        group.retries = s[17];
        group.timeouts = s[18];
        group.maxAttempts = (int) s[19];
        group.minBackoffMillis = s[20];
        group.maxBackoffMillis = s[21];
        group.held = s[23];
        group.jitterPercent = version >= 4 ? (int) s[24] : Backoff.jitterBeforeFormat4(topic);
        if (version >= 4) {
            group.replayed = s[25];
            group.deadJob.what = (int) s[26];
            group.deadJob.end = (int) s[27];
            group.deadJob.total = s[28];
            group.deadJob.left = s[29];
            group.replays.restore(Arrays.copyOfRange(s, GROUP_SCALARS, s.length));
        }
        group.cursorOrdinal = group.cursor == topic.nextSeq ? topic.chunks.size() : topic.chunks.find(group.cursor);
        for (long returned = source.get(); returned > 0; returned--) {
            group.returned.add(source.get());
        }
        readDead(source, group);
        if (version >= 2) {
            readNotes(source, state, group.notes);
            readNotes(source, state, group.deadNotes);
        }
        if (topic.tracked()) {
            group.track(new Tracking(group, applier));
            TrackedImage.read(source, group.tracking(), state, version);
            group.tracking().ignoresPriority = applier.bugs.has(PlantedBugs.Bug.PRIORITY_FORGOTTEN);
            state.tracked += group.tracking().rows.size();
        }
        state.put(group);
        if (s[22] != 0) {
            state.remove(group);
        }
    }

    private static void readDead(ImageSource source, Group group) {
        group.deadTable.skipTo((int) source.get());
        for (long size = source.get(); group.deadTable.size() < size;) {
            if (source.get() == 0) {
                group.deadTable.addHole();
            } else {
                long seqAndAttempts = source.get();
                long died = source.get() - 1;
                long place = source.get();
                source.get();
                group.deadTable.add(seqAndAttempts, died, place, source.text());
            }
        }
    }

    static void readNotes(ImageSource source, State state, NoteTable notes) {
        for (long left = source.get(); left > 0; left--) {
            long key = source.get();
            long location = source.get();
            notes.put(key, location);
            state.segments.add(location, NoteTable.units(key));
            state.notes++;
        }
    }

    private static void readLeases(ImageSource source, State state) {
        source.section(SECTION_LEASES, VERSION, "the leases");
        long used = source.get();
        state.leases.restoreFreeHead((int) source.get());
        long[] words = new long[LeaseTable.WORDS - 1];
        for (int slot = 0; slot < used; slot++) {
            for (int word = 0; word < words.length; word++) {
                words[word] = source.get();
            }
            state.leases.restore(slot, words);
        }
    }
}
