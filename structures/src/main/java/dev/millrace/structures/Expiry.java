package dev.millrace.structures;

/** Receives the timers that {@link HierarchicalTimeWheel#advance} finds due. */
@FunctionalInterface
public interface Expiry {
    /**
     * Called once per fired timer, on the thread that called {@code advance}. The timer has already left the wheel: its
     * handle is no longer pending. The callee may add, cancel and reschedule timers of the same wheel; what it adds is
     * due one tick later at the earliest. It must not call {@code advance}. An exception it throws leaves
     * {@code advance}; this timer counts as fired and the others stay where they are.
     *
     * @param handle
     *            what {@code add} returned
     * @param dueTick
     *            the tick the timer was due at
     * @param id
     *            the caller's first word
     * @param payload
     *            the caller's second word
     */
    void expired(long handle, long dueTick, long id, long payload);
}
