package dev.millrace.interop.java;

/** A message as a client handed it out. */
interface Delivery {
    String body();

    int attempts();

    void finish();

    void requeue(int delayMillis);

    void touch();
}
