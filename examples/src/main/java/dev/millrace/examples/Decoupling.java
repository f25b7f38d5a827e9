package dev.millrace.examples;

import dev.millrace.api.Group;
import dev.millrace.api.GroupStart;
import dev.millrace.api.Millrace;
import dev.millrace.api.Subscription;
import dev.millrace.api.Topic;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Decoupling: the shop says that an order was placed, and knows neither who listens nor whether they run. */
final class Decoupling implements Example {
    @Override
    public void run(Millrace m, Consumer<String> out) throws Exception {
        Topic orders = m.topic("orders");
        Group billing = orders.group("billing");
        Group stock = orders.group("stock");
        billing.create(GroupStart.EARLIEST);
        stock.create(GroupStart.EARLIEST);

        orders.publish("order 17");
        out.accept("placed order 17, while nobody was there to hear it");

        CountDownLatch heard = new CountDownLatch(2);
        try (Subscription bills = billing.subscribe(order -> {
            out.accept("billed " + order.text());
            heard.countDown();
        }); Subscription parcels = stock.subscribe(order -> {
            out.accept("packed " + order.text());
            heard.countDown();
        })) {
            heard.await();
            out.accept(bills.group() + " and " + parcels.group() + " each had it once");
        }
    }
}
