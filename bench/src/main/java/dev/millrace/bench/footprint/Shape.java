package dev.millrace.bench.footprint;

import java.time.Duration;
import java.util.Locale;

/** States that many messages are in at once. */
enum Shape {
    /** All published, none delivered. */
    BACKLOG {
        @Override
        void fill(Load load, long messages) {
            load.group("g");
            load.publish(messages);
        }
    },
    /** All deferred, due over 30 days. */
    DEFERRED {
        @Override
        void fill(Load load, long messages) {
            load.defer(messages, Duration.ofDays(30));
        }
    },
    /** All failed once and wait an hour. */
    RETRYING {
        @Override
        void fill(Load load, long messages) {
            load.group("g");
            load.publish(messages);
            load.consume("g", messages, (submission, token, index) -> submission.retry(token, HOUR));
        }
    },
    /** The same, each with an error. */
    NOTED {
        @Override
        void fill(Load load, long messages) {
            load.group("g");
            load.publish(messages);
            load.consume("g", messages, (submission, token, index) -> submission.retry(token, HOUR, "not reachable"));
        }
    },
    /** All in flight. */
    LEASED {
        @Override
        void fill(Load load, long messages) {
            load.group("g");
            load.publish(messages);
            load.consume("g", messages, (submission, token, index) -> {
                // stays leased
            });
        }
    },
    /** The first one waits, all others are done. */
    STUCK {
        @Override
        void fill(Load load, long messages) {
            load.group("g");
            load.publish(messages);
            load.consume("g", messages, (submission, token, index) -> {
                if (index == 0) {
                    submission.retry(token, HOUR);
                } else {
                    submission.ack(token);
                }
            });
        }
    },
    /** A thousand consumers with all messages in flight vanish; prints how long until another one has them all. */
    VANISH {
        @Override
        void fill(Load load, long messages) {
            load.group("g");
            load.publish(messages);
            System.out.println("redelivered in " + load.vanish("g", 1_000, (int) (messages / 1_000)) + " ms");
        }
    },
    /** Tasks with a million ordering keys, which take turns. */
    KEYS {
        @Override
        void fill(Load load, long messages) {
            load.enqueue(messages, 1_000_000);
        }
    },
    /** Ten groups at different places. */
    TEN_GROUPS {
        @Override
        void fill(Load load, long messages) {
            for (int group = 0; group < 10; group++) {
                load.group("g" + group);
            }
            load.publish(messages);
            for (int group = 1; group < 10; group++) {
                load.consume("g" + group, messages * group / 10, (submission, token, index) -> submission.ack(token));
            }
        }
    };

    private static final long HOUR = Duration.ofHours(1).toMillis();

    /** As the command line has it. */
    static Shape of(String name) {
        return valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    abstract void fill(Load load, long messages);
}
