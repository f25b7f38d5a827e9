package dev.millrace.verification.architecture;

import java.util.List;
import java.util.stream.Stream;

/**
 * One row of the table of rooms: what a room may use. A new room gets a row here, and a dependency in this room's pom so
 * that its classes are seen. Only bench has none: it may use everything and nothing uses it.
 *
 * @param name the module's folder
 * @param uses packages of the project that its shipped code may use, as ArchUnit's patterns, besides its own
 */
record Room(String name, List<String> uses) {
    private static final String STRUCTURES = "dev.millrace.structures..";
    private static final String API = "dev.millrace.api..";
    private static final String CORE = "dev.millrace.core..";
    private static final String NODE = "dev.millrace.node..";
    private static final String NET = "dev.millrace.net..";
    private static final String GRPC = "dev.millrace.grpc..";
    /** The part of core that doors carry: never the machine, never a log. */
    private static final List<String> A_DOORS = List.of(NODE, NET, "dev.millrace.core.shard..",
            "dev.millrace.core.message..");

    static final List<Room> ALL = List.of(new Room("structures", List.of()), new Room("core", List.of(STRUCTURES)),
            new Room("api", List.of()), new Room("api-contract", List.of(API)), new Room("client", List.of(API, GRPC)),
            new Room("log-contract", List.of(CORE)), new Room("log-file", List.of(CORE, STRUCTURES)),
            new Room("node", List.of(CORE, API)),
            new Room("testkit", List.of(API, NODE, CORE, "dev.millrace.log.file..")),
            new Room("opentelemetry", List.of(API)), new Room("examples", List.of(API)), new Room("net", List.of()),
            new Room("grpc-protocol", List.of(GRPC)),
            new Room("door-nsq", A_DOORS), new Room("door-http", A_DOORS),
            new Room("door-grpc", Stream.concat(A_DOORS.stream(), Stream.of(GRPC)).toList()),
            new Room("server",
                    List.of(STRUCTURES, CORE, "dev.millrace.log.file..", NODE, NET, "dev.millrace.door.nsq..",
                            "dev.millrace.door.http..", "dev.millrace.door.grpc..", GRPC)),
            new Room("verification", List.of("dev.millrace..")));

    /** The room's own packages. */
    String packages() {
        // The protocol's package is that of its proto, which other languages see, too.
        return name.equals("grpc-protocol") ? GRPC : "dev.millrace." + name.replace('-', '.') + "..";
    }

    @Override
    public String toString() {
        return name;
    }
}
