/** Task queues of a node: topics whose messages are tracked one by one. */
@NullMarked
package dev.millrace.node.tasks;

import org.jspecify.annotations.NullMarked;
