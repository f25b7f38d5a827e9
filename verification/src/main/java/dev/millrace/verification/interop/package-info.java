/** Checks with programs and clients that others wrote: go-nsq, pynsq, nsqjs, nsqadmin and the command-line tools of NSQ. */
@NullMarked
package dev.millrace.verification.interop;

import org.jspecify.annotations.NullMarked;
