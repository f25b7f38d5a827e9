package dev.millrace.verification.simulation;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Watches that a seed comes to its end: after two minutes it says where the seed stands and ends the process with 3. */
final class TimeLimit implements AutoCloseable {
    private static final long LIMIT_SECONDS = 120;
    private static final int STATUS = 3;

    private final CountDownLatch over = new CountDownLatch(1);

    TimeLimit(String again) {
        Thread watched = Thread.currentThread();
        Thread.ofPlatform().daemon().name("time-limit").start(() -> watch(watched, again));
    }

    private void watch(Thread watched, String again) {
        try {
            if (over.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        System.out.println("the seed did not come to its end within " + LIMIT_SECONDS + " s; it stands at");
        for (StackTraceElement frame : watched.getStackTrace()) {
            System.out.println("    " + frame);
        }
        System.out.println(again);
        System.out.flush();
        Runtime.getRuntime().halt(STATUS);
    }

    @Override
    public void close() {
        over.countDown();
    }
}
