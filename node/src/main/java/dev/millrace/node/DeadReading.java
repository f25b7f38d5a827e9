package dev.millrace.node;

/**
 * How far the readers of a channel are with a group's dead letters.
 *
 * @param topic
 *            of the group
 * @param group
 *            whose dead letters
 * @param channel
 *            under which the readers came
 * @param readers
 *            there are now
 * @param progress
 *            of all channels that take: they are one
 */
public record DeadReading(String topic, String group, String channel, int readers, Progress progress) {
    /**
     * Counts since the first reader came.
     *
     * @param lent
     *            on loan now
     * @param waiting
     *            given back and not lent again yet
     * @param seen
     *            finished by readers that only look, so still dead
     * @param loans
     *            ever made
     * @param returned
     *            given back by readers
     * @param lapsed
     *            loans that ended by time
     */
    public record Progress(int lent, int waiting, long seen, long loans, long returned, long lapsed) {}
}
