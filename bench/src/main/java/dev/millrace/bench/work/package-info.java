/** Task queues beside their peers: how fast tasks are enqueued and executed. */
@NullMarked
package dev.millrace.bench.work;

import org.jspecify.annotations.NullMarked;
