package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.lookup.KnownTopics;
import dev.millrace.door.nsq.tcp.Hub;
import dev.millrace.door.nsq.tcp.TcpDoor;

/** What the HTTP routes work on. */
public record Parts(Hub hub, TcpDoor tcp, Publisher publisher, KnownTopics topics, Config config) {}
