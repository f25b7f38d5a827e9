package dev.millrace.verification.simulation;

import dev.millrace.core.message.MessageView;

/** What a task comes from that no client enqueued as it is: it says whether the task may be there, and what it must say. */
interface Origin {
    /** A worker has read it; what holds of any task has been checked. */
    void read(Task task, Lease lease, MessageView view);
}
