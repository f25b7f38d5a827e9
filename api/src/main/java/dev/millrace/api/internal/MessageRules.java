package dev.millrace.api.internal;

import dev.millrace.api.Handler;
import dev.millrace.api.SkipRetry;
import dev.millrace.api.Snooze;
import dev.millrace.api.SubscribeOptions;
import dev.millrace.api.spi.Settlement;
import java.util.concurrent.Executor;

/** How a subscription handles messages. */
final class MessageRules implements WorkRules {
    private final String topic;
    private final String group;
    private final SubscribeOptions options;
    private final Handler handler;
    private final Executor executor;

    MessageRules(GroupImpl group, SubscribeOptions options, Handler handler, Executor executor) {
        this.topic = group.topic();
        this.group = group.name();
        this.options = options;
        this.handler = handler;
        this.executor = executor;
    }

    @Override
    public Settlement handle(Held held) throws Exception {
        handler.handle(new DeliveryImpl(held, topic, group, executor));
        return new Settlement.Ack();
    }

    @Override
    public Settlement unfinished(String why) {
        return new Settlement.Retry(0, why);
    }

    @Override
    public long timeoutMillis(Held held) {
        return Checks.millisUp(options.timeout());
    }

    @Override
    public Settlement failed(Held held, Throwable failure) {
        if (failure instanceof SkipRetry) {
            return new Settlement.Bury(Errors.text(failure));
        }
        if (failure instanceof Snooze snooze) {
            return new Settlement.Snooze(Checks.millisUp(snooze.delay()), Errors.text(failure));
        }
        String error = held.isTimedOut() ? "timed out after " + options.timeout() + ": " + Errors.text(failure)
                : Errors.text(failure);
        long seed = held.leased().id().value();
        return new Settlement.Retry(options.backoff().after(held.leased().attempt(), seed).toMillis(), error);
    }
}
