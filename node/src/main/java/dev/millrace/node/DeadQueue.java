package dev.millrace.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of one group on their way through one channel: which are on loan to whom, and which were given back.
 * Letters themselves are read page by page, one page at a time.
 *
 * <pre>
 *   dead, after the cursor --take--> lent --finish--> gone (taking) or seen
 *                                     | ^
 *              given back, time over  v | due
 *                                    back
 * </pre>
 *
 * <p>
 * Thread safety: state changes under the monitor; futures are completed and shards asked outside of it.
 */
final class DeadQueue {
    private static final int PAGE = 100;
    private static final int PAGE_BYTES = 256 << 10;
    /** With so many lent or given back no fresh ones are lent. */
    private static final int MOST_AWAY = 100_000;
    private static final long TICK_MILLIS = 100;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Loan(DeadQueueReader reader, int attempt, long endNanos) {}

    private record Back(long cursor, int attempt, long dueNanos) {}

    private record Wish(DeadQueueReader reader, int most, long leaseMillis,
            CompletableFuture<List<DeadLoan>> answer) {}

    private final NodeBroker broker;
    private final DeadNames.Source source;
    private final boolean taking;
    private final Map<Long, Loan> lent = new HashMap<>();
    private final PriorityQueue<Back> back = new PriorityQueue<>(
            (one, other) -> Long.signum(one.dueNanos - other.dueNanos));
    private final ArrayDeque<Wish> wishes = new ArrayDeque<>();
    private final Set<DeadQueueReader> readers = new HashSet<>();
    /** Of the last letter that was ever lent. */
    private long cursor;
    /** There may be letters after the cursor. */
    private boolean fresh = true;
    /** Something died since the page under way was asked for. */
    private boolean news;
    private boolean loading;
    private boolean ticking;
    private boolean over;
    private long pausedUntilNanos = System.nanoTime();
    private long seen;
    private long loans;
    private long returned;
    private long lapsed;

    DeadQueue(NodeBroker broker, DeadNames.Source source, boolean taking) {
        this.broker = broker;
        this.source = source;
        this.taking = taking;
    }

    DeadNames.Source source() {
        return source;
    }

    synchronized void enter(DeadQueueReader reader) {
        readers.add(reader);
    }

    /** Ends its loans; what it waits for is to be completed, then {@link #work} to go on. */
    synchronized List<CompletableFuture<List<DeadLoan>>> leave(DeadQueueReader reader) {
        readers.remove(reader);
        List<Wish> ended = wishes.stream().filter(wish -> wish.reader == reader).toList();
        wishes.removeAll(ended);
        long now = System.nanoTime();
        lent.entrySet()
                .removeIf(each -> each.getValue().reader == reader
                        && back.add(new Back(each.getKey(), each.getValue().attempt, now)));
        return ended.stream().map(Wish::answer).toList();
    }

    synchronized boolean isUnused() {
        return readers.isEmpty();
    }

    synchronized List<DeadQueueReader> readers() {
        return List.copyOf(readers);
    }

    synchronized DeadReading.Progress progress() {
        return new DeadReading.Progress(lent.size(), back.size(), seen, loans, returned, lapsed);
    }

    /** Something died, or may have. */
    void wake() {
        synchronized (this) {
            fresh = true;
            news = true;
        }
        work();
    }

    /** The group is gone. */
    void end(String reason) {
        List<DeadQueueReader> all;
        List<Wish> ended;
        synchronized (this) {
            over = true;
            all = List.copyOf(readers);
            ended = List.copyOf(wishes);
            wishes.clear();
            lent.clear();
            back.clear();
        }
        ended.forEach(wish -> wish.answer.complete(List.of()));
        all.forEach(reader -> reader.ended().complete(reason));
    }

    // ---- readers ----

    CompletableFuture<List<DeadLoan>> take(DeadQueueReader reader, int most, long leaseMillis) {
        CompletableFuture<List<DeadLoan>> answer = new CompletableFuture<>();
        Wish before;
        synchronized (this) {
            before = wishes.stream().filter(wish -> wish.reader == reader).findFirst().orElse(null);
            wishes.remove(before);
            if (over || !readers.contains(reader)) {
                answer.complete(List.of());
            } else {
                wishes.add(new Wish(reader, most, leaseMillis, answer));
            }
        }
        if (before != null) {
            before.answer.complete(List.of());
        }
        work();
        return answer;
    }

    /** Ends the loan of this letter to this reader; null if there is none. Under the monitor. */
    private @Nullable Loan settle(DeadQueueReader reader, long letter) {
        Loan loan = lent.get(letter);
        if (loan == null || loan.reader != reader) {
            return null;
        }
        lent.remove(letter);
        reader.lent--;
        return loan;
    }

    CompletableFuture<Boolean> finish(DeadQueueReader reader, long letter) {
        Loan loan;
        synchronized (this) {
            loan = settle(reader, letter);
            seen += loan == null || taking ? 0 : 1;
        }
        work();
        if (loan == null || !taking) {
            return CompletableFuture.completedFuture(loan != null);
        }
        return broker.purgeDead(source, letter).whenComplete((done, failure) -> {
            if (failure != null) {
                putBack(letter, loan.attempt, 0);
            }
        });
    }

    boolean giveBack(DeadQueueReader reader, long letter, long delayMillis) {
        Loan loan;
        synchronized (this) {
            loan = settle(reader, letter);
            if (loan == null) {
                return false;
            }
            returned++;
        }
        putBack(letter, loan.attempt, delayMillis);
        return true;
    }

    private void putBack(long letter, int attempt, long delayMillis) {
        synchronized (this) {
            if (!over) {
                back.add(new Back(letter, attempt, after(delayMillis)));
                keepTicking();
            }
        }
        work();
    }

    synchronized boolean extend(DeadQueueReader reader, long letter, long leaseMillis) {
        Loan loan = lent.get(letter);
        if (loan == null || loan.reader != reader) {
            return false;
        }
        lent.put(letter, new Loan(reader, loan.attempt, after(leaseMillis)));
        return true;
    }

    private static long after(long millis) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, TimeUnit.DAYS.toMillis(36_500)));
    }

    // ---- lending ----

    /** Asks for the next page if somebody waits for one. */
    void work() {
        Back again;
        long after;
        int most;
        synchronized (this) {
            long now = System.nanoTime();
            Wish first = eligible();
            if (first == null || loading || now - pausedUntilNanos < 0) {
                return;
            }
            again = back.peek();
            if (again != null && again.dueNanos - now <= 0) {
                back.remove();
                after = again.cursor - 1;
                most = 1;
            } else if (fresh && lent.size() + back.size() < MOST_AWAY) {
                again = null;
                after = cursor;
                most = Math.min(first.most - first.reader.lent, PAGE);
            } else {
                return;
            }
            loading = true;
            news = false;
        }
        Back wanted = again;
        var _ = broker.deadPage(source, after, most, PAGE_BYTES)
                .whenComplete((page, failure) -> loaded(wanted, page, failure));
    }

    private @Nullable Wish eligible() {
        for (Wish wish : wishes) {
            if (wish.reader.lent < wish.most) {
                return wish;
            }
        }
        return null;
    }

    /** A page came: what was given back, or, with null, fresh ones. */
    private void loaded(@Nullable Back again, @Nullable List<DeadLetter> page, @Nullable Throwable failure) {
        Wish wish = null;
        List<DeadLoan> lending = List.of();
        boolean gone = failure != null && NodeBroker.isMissing(failure);
        synchronized (this) {
            loading = false;
            if (page == null) {
                pausedUntilNanos = System.nanoTime() + PAUSE_NANOS;
                keepTicking();
            } else if (again == null && page.isEmpty()) {
                fresh = news;
            }
            List<DeadLetter> found = page == null ? List.of()
                    : page.stream().filter(letter -> again == null || letter.cursor() == again.cursor).toList();
            wish = found.isEmpty() ? null : eligible();
            if (wish != null) {
                wishes.remove(wish);
                lending = lend(wish, found, again == null ? 0 : again.attempt);
            } else if (again != null && (page == null || !found.isEmpty())) {
                back.add(again);
            }
        }
        if (gone) {
            end("the group is gone");
        }
        if (wish != null) {
            wish.answer.complete(lending);
        }
        work();
    }

    private List<DeadLoan> lend(Wish wish, List<DeadLetter> found, int attempts) {
        List<DeadLoan> lending = new ArrayList<>();
        int room = wish.most - wish.reader.lent;
        for (DeadLetter letter : found.subList(0, Math.min(room, found.size()))) {
            lent.put(letter.cursor(), new Loan(wish.reader, attempts + 1, after(wish.leaseMillis)));
            cursor = Math.max(cursor, letter.cursor());
            lending.add(new DeadLoan(letter, attempts + 1));
        }
        wish.reader.lent += lending.size();
        loans += lending.size();
        keepTicking();
        return lending;
    }

    // ---- time ----

    private void keepTicking() {
        if (!ticking) {
            ticking = true;
            CompletableFuture.delayedExecutor(TICK_MILLIS, TimeUnit.MILLISECONDS).execute(this::tick);
        }
    }

    private void tick() {
        synchronized (this) {
            ticking = false;
            long now = System.nanoTime();
            for (Iterator<Map.Entry<Long, Loan>> all = lent.entrySet().iterator(); all.hasNext();) {
                Map.Entry<Long, Loan> each = all.next();
                if (each.getValue().endNanos - now <= 0) {
                    lapsed++;
                    each.getValue().reader.lent--;
                    back.add(new Back(each.getKey(), each.getValue().attempt, now));
                    all.remove();
                }
            }
            boolean paused = now - pausedUntilNanos < 0;
            if (!readers.isEmpty() && (paused || !lent.isEmpty() || !back.isEmpty())) {
                keepTicking();
            }
        }
        work();
    }
}
