package dev.millrace.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.MillraceKit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each example runs to its end and says what it promises to show. */
class ExamplesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            async-work           | mailed ada@example.org at attempt 2
            decoupling           | billing and stock each had it once
            peak-shaving         | reserved all, never more than 3 at once; failed: 0
            broadcast            | all 3 heard it
            delayed-delivery     | open: 0
            log-collection       | stored {ERROR=20, INFO=1980}
            request-reply        | 200 dollars are 180 euros, says exchange by replies-of-shop-1#ephemeral
            eventual-consistency | told [order 5], reserved [order 5], failures 1
            """)
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void example_runsToItsEnd(String name, String lastWord) throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (MillraceKit kit = MillraceKit.start()) {
            Supplier<Example> example = java.util.Objects.requireNonNull(Examples.all().get(name));
            example.get().run(kit.millrace(), lines::add);
        }
        assertThat(lines).contains(lastWord);
    }

    @Test
    void delayedDelivery_callsOffOnlyWhatIsNotPaid() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (MillraceKit kit = MillraceKit.start()) {
            new DelayedDelivery().run(kit.millrace(), lines::add);
            kit.queue("unpaid-orders").enqueued("call off", 2).cancelled(1).done(1).isEmpty();
        }
        assertThat(lines).contains("called off order 2").doesNotContain("called off order 1");
    }

    @Test
    void theyAreEight_andAllAreTested() {
        assertThat(Examples.all()).hasSize(8);
    }
}
