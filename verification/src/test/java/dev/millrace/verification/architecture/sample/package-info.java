/** Classes that break one rule each, so that each rule is seen to fail. */
@NullMarked
package dev.millrace.verification.architecture.sample;

import org.jspecify.annotations.NullMarked;
