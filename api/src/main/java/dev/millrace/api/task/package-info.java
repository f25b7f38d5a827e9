/** Tasks: messages with a type, a retry policy of their own, a state that can be asked, and workers that run them. */
@NullMarked
package dev.millrace.api.task;

import org.jspecify.annotations.NullMarked;
