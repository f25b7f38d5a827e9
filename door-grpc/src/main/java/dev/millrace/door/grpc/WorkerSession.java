package dev.millrace.door.grpc;

import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.grpc.v1.Credited;
import dev.millrace.grpc.v1.Ended;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.ErrorDetail.Category;
import dev.millrace.grpc.v1.Heartbeat;
import dev.millrace.grpc.v1.Open;
import dev.millrace.grpc.v1.Opened;
import dev.millrace.grpc.v1.Results;
import dev.millrace.grpc.v1.ServerMessage;
import dev.millrace.grpc.v1.Settled;
import dev.millrace.grpc.v1.StopAsked;
import dev.millrace.grpc.v1.Tokens;
import dev.millrace.grpc.v1.WorkerMessage;
import dev.millrace.node.Broker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A worker's session: its leases, and the stream that it has at the moment.
 *
 * <pre>
 *   open --Opened--> attached --stream breaks--> waiting --Open(resume)--> attached
 *                       |                           |
 *                       '--- goodbye, time-out, removed, refused --> ended
 * </pre>
 *
 * <p>
 * When the stream breaks, credit goes to 0 and what was on its way is dropped; the client names what it holds when it
 * comes back, and the rest of the leases is given back. Thread safety: everything happens on the serial executor but for
 * the volatile fields; owner threads and streams only hand over.
 */
final class WorkerSession {
    /** Results that are being carried out; more are not read. */
    private static final int MAX_UNDER_WAY = 256;
    private static final long MAX_BYTES_UNDER_WAY = 1 << 20;
    private static final ServerMessage HEARTBEAT = ServerMessage.newBuilder()
            .setHeartbeat(Heartbeat.getDefaultInstance())
            .build();

    private final String id;
    private final Broker broker;
    private final WorkerSessions sessions;
    private final SerialExecutor serial;
    private final List<Place> places;
    private final long timeoutMillis;
    private final long resumeMillis;
    private final Map<Integer, ShardLink> links = new HashMap<>();
    private final Map<Subscription, Place> bySubscription = new HashMap<>();
    private final ReplyBook book = new ReplyBook();
    private final Outflow outflow;
    private volatile long heardAtNanos = System.nanoTime();
    /** Its stream broke, and no other has come. */
    private volatile boolean waiting;
    /** Carried out once all credit is known to be 0: then no delivery is on its way. */
    private CompletableFuture<?> quiet = CompletableFuture.completedFuture(null);
    private @Nullable WorkerStream stream;
    private @Nullable WorkerStream opening;
    private boolean opened;
    /** The stream may send one more message as soon as there is room. */
    private boolean owesNext;
    /** Of results that are being carried out. */
    private long bytesUnderWay;
    private boolean stopping;
    private boolean ended;

    WorkerSession(String id, Open open, Broker broker, WorkerSessions sessions, Executor threads) {
        this.id = id;
        this.broker = broker;
        this.sessions = sessions;
        serial = new SerialExecutor(threads);
        places = OpenReader.places(open, broker);
        timeoutMillis = OpenReader.timeoutMillis(open);
        resumeMillis = OpenReader.resumeMillis(open);
        outflow = new Outflow(serial, this::pump);
    }

    // ---- any thread ----

    String id() {
        return id;
    }

    /** A stream wants to carry the session. */
    void open(WorkerStream candidate, List<Place> wishes) {
        heardAtNanos = System.nanoTime();
        serial.execute(() -> attach(candidate, wishes));
    }

    void received(WorkerStream from, WorkerMessage message) {
        heardAtNanos = System.nanoTime();
        serial.execute(() -> {
            if (from.equals(stream)) {
                handle(from, message);
            }
        });
    }

    void broken(WorkerStream from) {
        serial.execute(() -> {
            from.close();
            if (from.equals(stream)) {
                detach();
            }
        });
    }

    void ready() {
        serial.execute(() -> {
            pump();
            grantNext();
        });
    }

    /** The process stood still: nobody's silence counts. */
    void forgiveSilence() {
        heardAtNanos = System.nanoTime();
    }

    /** Ends it if nothing was heard for its time-out. */
    void endIfSilent(long nowNanos) {
        if (isSilent(nowNanos)) {
            serial.execute(() -> {
                // While our own shard is slow we may not have read what the client says.
                boolean reads = opening == null && book.underWay() == 0;
                if (reads && isSilent(System.nanoTime())) {
                    end(Ended.Reason.REASON_TIMEOUT, Refusals.detail(Category.CATEGORY_UNAVAILABLE,
                            "nothing was heard for " + timeoutMillis + " ms; its leases have ended"));
                }
            });
        }
    }

    private boolean isSilent(long nowNanos) {
        return nowNanos - heardAtNanos > TimeUnit.MILLISECONDS.toNanos(waiting ? resumeMillis : timeoutMillis);
    }

    /** Results under way are carried out, then the client hears that it may come back. */
    void stop() {
        serial.execute(() -> {
            stopping = true;
            quiet = creditAll(0);
            stopIfQuiet();
        });
    }

    // ---- opening ----

    private void attach(WorkerStream candidate, List<Place> wishes) {
        if (ended || stopping) {
            candidate.refuse(Refusals.detail(Category.CATEGORY_UNAVAILABLE,
                    "the session has just ended, or the server is stopping; open it again"));
            return;
        }
        if (opening != null) {
            candidate.refuse(Refusals.detail(Category.CATEGORY_UNAVAILABLE,
                    "another stream is just being opened for the same session; try again"));
            return;
        }
        boolean same = wishes.size() == places.size();
        for (int i = 0; same && i < places.size(); i++) {
            same = places.get(i).isLike(wishes.get(i));
        }
        if (!same) {
            candidate.refuse(Refusals.invalid("a session is resumed with the subscriptions it was opened with"));
            return;
        }
        WorkerStream old = stream;
        if (old != null) {
            detach();
            old.end(Ended.Reason.REASON_TAKEN_OVER, null);
        }
        for (Place place : places) {
            place.holding = wishes.get(place.number).holding;
            place.credit = wishes.get(place.number).credit;
        }
        opening = candidate;
        places.forEach(place -> place.stops.clear());
        boolean resumed = opened;
        Later.run((resumed ? quiet : subscribe()).thenComposeAsync(ready -> held(resumed), serial), serial,
                held -> attached(candidate, resumed, held), failure -> failed(candidate, Refusals.of(failure)));
    }

    private CompletableFuture<?> subscribe() {
        List<CompletableFuture<?>> all = new ArrayList<>();
        try {
            for (Place place : places) {
                ShardLink link = links.computeIfAbsent(place.topic.shard(),
                        shard -> ShardLink.open(broker, shard, this));
                CompletableFuture<?> made = place.queue ? broker.tasks().createQueue(place.topic.name())
                        : CompletableFuture.completedFuture(null);
                all.add(made.thenComposeAsync(queue -> subscribe(link, place), serial).thenAcceptAsync(subscription -> {
                    place.subscription = subscription;
                    bySubscription.put(subscription, place);
                }, serial));
            }
        } catch (RuntimeException e) {
            all.add(CompletableFuture.failedFuture(e));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Subscription> subscribe(ShardLink link, Place place) {
        return place.holding.isEmpty()
                ? broker.subscribe(link.session(), place.topic, place.group, place.leaseMillis, 0)
                : broker.resume(link.session(), place.topic, place.group, place.leaseMillis, place.holding);
    }

    /** The tokens that the shards hold for us, by place. */
    private CompletableFuture<List<List<Long>>> held(boolean resumed) {
        List<CompletableFuture<List<Long>>> all = new ArrayList<>();
        for (Place place : places) {
            all.add(resumed || !place.holding.isEmpty() ? held(place)
                    : CompletableFuture.completedFuture(List.of()));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(done -> all.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<List<Long>> held(Place place) {
        CompletableFuture<List<Long>> leases = broker.leases(place.subscription());
        return !place.queue ? leases
                : leases.thenCombineAsync(broker.stopsAsked(place.subscription()), (held, stops) -> {
                    place.stops.addAll(stops);
                    return held;
                }, serial);
    }

    private void attached(WorkerStream candidate, boolean resumed, List<List<Long>> held) {
        opening = null;
        opened = true;
        heardAtNanos = System.nanoTime();
        if (ended || stopping) {
            candidate.end(Ended.Reason.REASON_STOPPING, null);
            return;
        }
        Opened.Builder answer = Opened.newBuilder()
                .setSessionId(id)
                .setSessionTimeoutMillis(timeoutMillis)
                .setResumed(resumed);
        for (Place place : places) {
            Set<Long> named = new HashSet<>(place.holding);
            Tokens.Builder good = Tokens.newBuilder().setSubscription(place.number);
            Submission lost = new Submission();
            for (long token : held.get(place.number)) {
                if (named.contains(token)) {
                    good.addTokens(token);
                } else {
                    lost.retry(token, 0);
                }
            }
            place.holding = List.of();
            place.stops.retainAll(named);
            if (!named.isEmpty()) {
                answer.addHeld(good);
            }
            if (!lost.isEmpty()) {
                link(place).submit(lost);
            }
        }
        waiting = candidate.isBroken();
        if (waiting) {
            return; // it may come back
        }
        stream = candidate;
        candidate.send(ServerMessage.newBuilder().setOpened(answer).build());
        for (Place place : places) {
            if (!place.stops.isEmpty()) {
                candidate.send(stopAsked(place, place.stops));
            }
            credit(place, place.credit);
        }
        owesNext = true;
        grantNext();
    }

    private void failed(WorkerStream candidate, ErrorDetail reason) {
        opening = null;
        candidate.refuse(reason);
        end(Ended.Reason.REASON_REFUSED, reason);
    }

    private ShardLink link(Place place) {
        ShardLink link = links.get(place.topic.shard());
        if (link == null) {
            throw new IllegalStateException("no session at shard " + place.topic.shard());
        }
        return link;
    }

    // ---- what the client says ----

    private void handle(WorkerStream from, WorkerMessage message) {
        try {
            switch (message.getKindCase()) {
                case CREDIT -> {
                    Place place = OpenReader.place(places, message.getCredit().getSubscription());
                    place.credit = OpenReader.credit(message.getCredit().getCredit());
                    if (message.getCredit().getAnswer()) {
                        creditWithAnswer(from, place);
                    } else {
                        credit(place, place.credit);
                    }
                }
                case RESULTS -> results(from, message.getResults());
                case HEARTBEAT -> from.send(HEARTBEAT);
                case GOODBYE -> {
                    end(Ended.Reason.REASON_GOODBYE, null);
                    return;
                }
                case OPEN, KIND_NOT_SET -> throw RefusedException
                        .invalid("a stream's messages after the first are credit, results, heartbeat or goodbye");
            }
        } catch (RuntimeException e) {
            end(Ended.Reason.REASON_REFUSED, Refusals.of(e));
            return;
        }
        owesNext = true;
        grantNext();
    }

    private void results(WorkerStream from, Results results) {
        Place place = OpenReader.place(places, results.getSubscription());
        Submission submission = Settlements.of(results);
        if (book.isNew(results.getNumber(), results.getSeen())) {
            bytesUnderWay += results.getSerializedSize();
            link(place).submit(submission);
        } else {
            Settled reply = book.reply(results.getNumber());
            if (reply != null) {
                from.send(ServerMessage.newBuilder().setSettled(reply).build());
            }
        }
    }

    /** The client may send its next message when its last one is not too much for us, and it takes our answers. */
    private void grantNext() {
        WorkerStream current = stream;
        boolean room = book.underWay() < MAX_UNDER_WAY && bytesUnderWay < MAX_BYTES_UNDER_WAY;
        if (owesNext && current != null && !stopping && room && current.isReady()) {
            owesNext = false;
            current.next();
        }
    }

    private void credit(Place place, int credit) {
        if (!stopping || credit == 0) {
            Submission submission = new Submission();
            submission.credit(place.subscription(), credit);
            link(place).submit(submission);
        }
    }

    private void creditWithAnswer(WorkerStream from, Place place) {
        ServerMessage answer = ServerMessage.newBuilder()
                .setCredited(Credited.newBuilder().setSubscription(place.number).setCredit(place.credit))
                .build();
        Later.run(knownCredit(place, stopping ? 0 : place.credit), serial, known -> {
            if (from.equals(stream)) {
                outflow.add(place, answer);
                pump();
            }
        }, failure -> end(Ended.Reason.REASON_REFUSED, Refusals.of(failure)));
    }

    /** The future completes when the shard knows, and has handed over what it leased before. */
    private CompletableFuture<?> knownCredit(Place place, int credit) {
        Submission submission = new Submission();
        submission.credit(place.subscription(), credit);
        CompletableFuture<Submission> done = new CompletableFuture<>();
        submission.attach(done);
        link(place).submit(submission);
        return done;
    }

    private CompletableFuture<?> creditAll(int credit) {
        List<CompletableFuture<?>> known = new ArrayList<>();
        for (Place place : places) {
            if (place.subscription != null) {
                known.add(knownCredit(place, credit));
            }
        }
        return CompletableFuture.allOf(known.toArray(CompletableFuture[]::new));
    }

    // ---- what the shards say ----

    /** From an owner thread. */
    void completed(Submission submission) {
        if (submission.attachment() instanceof CompletableFuture<?> future) {
            future.completeAsync(() -> null, serial);
        } else if (submission.attachment() instanceof Results results) {
            serial.execute(() -> {
                bytesUnderWay -= results.getSerializedSize();
                settled(Settlements.answer(results, submission));
            });
        }
    }

    private void settled(Settled reply) {
        book.settled(reply);
        WorkerStream current = stream;
        if (current != null) {
            current.send(ServerMessage.newBuilder().setSettled(reply).build());
        }
        grantNext();
        stopIfQuiet();
    }

    /** From an owner thread. */
    void deliver(Delivery delivery) {
        serial.execute(() -> {
            Place place = bySubscription.get(delivery.subscription());
            if (stream == null || place == null) {
                delivery.close(); // named lost when the client comes back
            } else {
                outflow.add(place, delivery);
                pump();
            }
        });
    }

    /** From an owner thread: the task of this lease was cancelled. */
    void stopAsked(Subscription subscription, long token) {
        serial.execute(() -> {
            Place place = bySubscription.get(subscription);
            if (place != null && stream != null) {
                outflow.add(place, stopAsked(place, List.of(token))); // behind its delivery, if that still waits
                pump();
            } else if (place != null && opening != null) {
                place.stops.add(token);
            }
        });
    }

    private static ServerMessage stopAsked(Place place, Collection<Long> tokens) {
        return ServerMessage.newBuilder()
                .setStopAsked(StopAsked.newBuilder().setSubscription(place.number).addAllTokens(tokens))
                .build();
    }

    /** From an owner thread: one of its shards ended its part of the session. */
    void linkEnded(boolean removed, String reason) {
        serial.execute(() -> {
            if (removed) {
                end(Ended.Reason.REASON_REMOVED, Refusals.detail(Category.CATEGORY_NOT_FOUND, reason));
            } else {
                end(Ended.Reason.REASON_STOPPING, Refusals.detail(Category.CATEGORY_UNAVAILABLE, reason));
            }
        });
    }

    private void pump() {
        WorkerStream current = stream;
        if (current != null) {
            outflow.pump(current);
        }
    }

    // ---- its end ----

    /** The stream is gone; it may come back for a while. */
    private void detach() {
        stream = null;
        owesNext = false;
        heardAtNanos = System.nanoTime();
        waiting = true;
        outflow.drop();
        quiet = creditAll(0);
    }

    private void stopIfQuiet() {
        if (stopping && !ended && book.underWay() == 0) {
            ended = true;
            outflow.drop();
            sessions.ended(this);
            WorkerStream current = stream;
            stream = null;
            if (current != null) {
                // Its leases stay as they are: the next life of the server finds them.
                current.end(Ended.Reason.REASON_STOPPING, Refusals.detail(Category.CATEGORY_UNAVAILABLE,
                        "the server is stopping; the session can be resumed when it is back"));
            }
        }
    }

    private void end(Ended.Reason reason, @Nullable ErrorDetail error) {
        if (ended) {
            return;
        }
        ended = true;
        outflow.drop();
        sessions.ended(this);
        links.values().forEach(ShardLink::close);
        WorkerStream current = stream;
        stream = null;
        if (current != null) {
            current.end(reason, error);
        }
    }
}
