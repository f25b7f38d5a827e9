package dev.millrace.door.nsq;

import dev.millrace.net.ListenAddress;
import java.nio.file.Path;

/** nsqd's notation of addresses: host:port, the path of a unix socket, or nothing at all. */
final class DoorAddress {
    private DoorAddress() {}

    static ListenAddress of(String text) {
        if (text.isEmpty()) {
            return ListenAddress.OFF;
        }
        return text.indexOf(':') < 0 && !"off".equals(text) ? new ListenAddress.Unix(Path.of(text))
                : ListenAddress.parse(text);
    }
}
