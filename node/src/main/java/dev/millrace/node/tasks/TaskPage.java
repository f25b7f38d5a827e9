package dev.millrace.node.tasks;

import java.util.List;

/**
 * Some tasks of a queue in the order of their ids. It may hold fewer than were asked for, even none, although more follow.
 *
 * @param tasks
 *            found
 * @param next
 *            the id after which the next page begins; 0: there is none
 */
public record TaskPage(List<TaskInfo> tasks, long next) {}
