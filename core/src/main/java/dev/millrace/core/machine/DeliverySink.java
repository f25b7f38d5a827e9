package dev.millrace.core.machine;

/** Receives what {@link Machine#lease} handed out, in order. */
public interface DeliverySink {
    /** The next tokens are for messages of the body record at {@code location}, from {@code index} on. */
    void run(long location, int index);

    /** One leased message. */
    void message(long token, int attempts);

    /** Receives nothing; used while records are replayed. */
    DeliverySink NONE = new DeliverySink() {
        @Override
        public void run(long location, int index) {
            // replay delivers nothing
        }

        @Override
        public void message(long token, int attempts) {
            // replay delivers nothing
        }
    };
}
