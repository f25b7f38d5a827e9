/** AUTH: what an auth server says a client may do. */
@NullMarked
package dev.millrace.door.nsq.auth;

import org.jspecify.annotations.NullMarked;
