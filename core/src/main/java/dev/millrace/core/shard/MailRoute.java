package dev.millrace.core.shard;

import dev.millrace.core.machine.Parcel;
import java.util.concurrent.CompletableFuture;

/** How mail gets from one shard to another. Called on an owner thread; must only hand over. */
public interface MailRoute {
    /** A shard by itself: every topic is its own. */
    MailRoute ALONE = new MailRoute() {
        @Override
        public int home(String topic, int sender) {
            return sender;
        }

        @Override
        public CompletableFuture<Byte> send(int shard, Parcel parcel) {
            return CompletableFuture.failedFuture(new ShardException("there is no shard " + shard, null));
        }
    };

    /** The shard that is home to this topic, or will be. */
    int home(String topic, int sender);

    /**
     * Takes a parcel to a shard, which gives it to {@link Shard#receive}.
     *
     * @return what that said, once it is durable there; fails when it is not known whether it arrived
     */
    CompletableFuture<Byte> send(int shard, Parcel parcel);
}
