package dev.millrace.core.machine;

/** The fourth word of a row of {@link Tracking}: how a message stands. Stateless. */
final class Status {
    private static final int STATE_SHIFT = 60;
    private static final int PRIORITY_SHIFT = 56;
    private static final int FLAGS_SHIFT = 48;
    private static final int TERMS_SHIFT = 32;
    private static final int ATTEMPTS_SHIFT = 16;
    private static final long SHORT = 0xFFFF;

    private Status() {}

    /** No state, no flag, no attempt yet. */
    static long of(int priority, int terms) {
        return (long) priority << PRIORITY_SHIFT | (long) terms << TERMS_SHIFT;
    }

    /** Of a message that is offered anew: of the old status are left what it is, these flags and its waits. */
    static long anew(long status, int flags) {
        return of(priority(status), terms(status)) | (long) (flags(status) & flags) << FLAGS_SHIFT | waits(status);
    }

    static int state(long status) {
        return (int) (status >>> STATE_SHIFT) & 0xF;
    }

    static int priority(long status) {
        return (int) (status >>> PRIORITY_SHIFT) & 0xF;
    }

    static int flags(long status) {
        return (int) (status >>> FLAGS_SHIFT) & 0xFF;
    }

    static int terms(long status) {
        return (int) (status >>> TERMS_SHIFT) & 0xFFFF;
    }

    static int attempts(long status) {
        return (int) (status >>> ATTEMPTS_SHIFT) & 0xFFFF;
    }

    /** How often it has waited, to tell an entry of the wheel from those before. */
    static int waits(long status) {
        return (int) status & 0xFFFF;
    }

    static long withState(long status, int state) {
        return (status & ~(0xFL << STATE_SHIFT)) | (long) state << STATE_SHIFT;
    }

    static long withFlag(long status, int flag) {
        return status | (long) flag << FLAGS_SHIFT;
    }

    static long withoutFlags(long status, int flags) {
        return status & ~((long) flags << FLAGS_SHIFT);
    }

    static long withAttempts(long status, int attempts) {
        return (status & ~(SHORT << ATTEMPTS_SHIFT)) | (long) attempts << ATTEMPTS_SHIFT;
    }

    static long withWaits(long status, int waits) {
        return (status & ~SHORT) | waits;
    }
}
