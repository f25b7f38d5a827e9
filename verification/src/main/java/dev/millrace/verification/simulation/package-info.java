/** Years of crashes in minutes: the shipped shard and file log on a virtual clock and a simulated disk. */
@NullMarked
package dev.millrace.verification.simulation;

import org.jspecify.annotations.NullMarked;
