@NullMarked
package dev.millrace.door.nsq;

import org.jspecify.annotations.NullMarked;
