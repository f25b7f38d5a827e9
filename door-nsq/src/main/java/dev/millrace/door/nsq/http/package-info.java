/** nsqd's HTTP API, its figures and their push to statsd. */
@NullMarked
package dev.millrace.door.nsq.http;

import org.jspecify.annotations.NullMarked;
