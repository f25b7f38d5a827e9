/** The contract suite that every log passes, and the fault-injecting log. */
@NullMarked
package dev.millrace.log.contract;

import org.jspecify.annotations.NullMarked;
