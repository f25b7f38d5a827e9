package dev.millrace.examples;

import dev.millrace.api.Group;
import dev.millrace.api.Millrace;
import dev.millrace.api.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Broadcast: every instance of a service hears of a changed price, because each has a group of its own. */
final class Broadcast implements Example {
    private static final int INSTANCES = 3;

    @Override
    public void run(Millrace m, Consumer<String> out) throws Exception {
        CountDownLatch heard = new CountDownLatch(INSTANCES);
        List<Subscription> instances = new ArrayList<>();
        try {
            for (int i = 0; i < INSTANCES; i++) {
                // An ephemeral group goes when its instance does.
                Group own = m.topic("prices").group("cache-" + i + "#ephemeral");
                instances.add(own.subscribe(price -> {
                    out.accept(own.name() + " dropped " + price.text());
                    heard.countDown();
                }));
            }
            m.topic("prices").publish("price of tea");
            heard.await();
            out.accept("all " + INSTANCES + " heard it");
        } finally {
            instances.forEach(Subscription::close);
        }
    }
}
