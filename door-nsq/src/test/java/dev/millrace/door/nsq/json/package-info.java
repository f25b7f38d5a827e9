@NullMarked
package dev.millrace.door.nsq.json;

import org.jspecify.annotations.NullMarked;
