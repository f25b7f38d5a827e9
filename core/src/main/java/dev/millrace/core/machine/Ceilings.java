package dev.millrace.core.machine;

/**
 * How many entries of each kind a machine holds; beyond it new work of that kind is refused or goes without.
 *
 * @param deferred
 *            deferred messages that wait
 * @param retrying
 *            messages that wait between two attempts; one more is given back at once rather than lost
 * @param notes
 *            attempts of which a note is kept; of one more nothing is kept, and that is counted
 * @param tracked
 *            tracked messages that are not over, counted for each group
 */
public record Ceilings(int deferred, int retrying, int notes, int tracked) {
    /** As many as fit. */
    public static final Ceilings NONE = new Ceilings(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE,
            Integer.MAX_VALUE);
}
