package dev.millrace.api;

/**
 * Figures of a group at one instant. Conservation: offered = ready + leased + retrying + done + dead + cancelled +
 * expired + purged + filtered + dropped.
 *
 * @param name
 *            group
 * @param paused
 *            delivers nothing
 * @param offered
 *            messages ever offered to it, replays of dead letters counted again
 * @param ready
 *            can be delivered now
 * @param leased
 *            in flight
 * @param retrying
 *            wait for their next attempt
 * @param done
 *            acknowledged
 * @param dead
 *            dead letters
 * @param cancelled
 *            cancelled
 * @param expired
 *            expired
 * @param purged
 *            emptied or deleted by an operator
 * @param filtered
 *            left out by a filter
 * @param dropped
 *            taken by retention
 * @param retries
 *            attempts given back by handlers
 * @param timeouts
 *            leases that ended by time
 * @param subscriptions
 *            live subscriptions
 * @param retryPolicy
 *            what the engine does when an attempt fails
 */
public record GroupStats(String name, boolean paused, long offered, long ready, long leased, long retrying, long done,
        long dead, long cancelled, long expired, long purged, long filtered, long dropped, long retries, long timeouts,
        int subscriptions, RetryPolicy retryPolicy) {}
