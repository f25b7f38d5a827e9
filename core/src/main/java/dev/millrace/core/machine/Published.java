package dev.millrace.core.machine;

/**
 * A body record as the state needs it.
 *
 * @param location
 *            where the record starts
 * @param count
 *            messages in it
 * @param bodyBytes
 *            their bodies without lengths
 * @param units
 *            length of the record in steps of 64 bytes
 * @param firstId
 *            id of the first
 */
record Published(long location, int count, long bodyBytes, int units, long firstId) {}
