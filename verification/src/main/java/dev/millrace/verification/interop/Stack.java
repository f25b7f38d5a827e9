package dev.millrace.verification.interop;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Servers on the well-known ports, running until closed. */
final class Stack implements AutoCloseable {
    private static final int START_SECONDS = 60;

    private final List<ManagedProcess> processes = new ArrayList<>();

    /** Starts a nsqlookupd on 4160 and 4161, and waits until it answers. */
    ManagedProcess lookupd(Programs programs, Path binary) throws Exception {
        Addresses at = Addresses.WELL_KNOWN;
        return start(programs, List.of(binary.toString(), "-tcp-address=" + at.lookupdTcp(), "-http-address="
                + at.lookupdHttp(), "-broadcast-address=127.0.0.1"), at.lookupdHttp());
    }

    /** Starts a nsqd on 4150 and 4151 that registers at that nsqlookupd, and waits until it answers and is known there. */
    ManagedProcess nsqd(Programs programs, Path binary, List<String> flags) throws Exception {
        Addresses at = Addresses.WELL_KNOWN;
        List<String> command = new ArrayList<>(List.of(binary.toString(), "--tcp-address=" + at.tcp(),
                "--http-address=" + at.http(), "--broadcast-address=127.0.0.1",
                "--data-path=" + programs.folder("nsqd"), "--lookupd-tcp-address=" + at.lookupdTcp()));
        command.addAll(flags);
        ManagedProcess nsqd = start(programs, command, at.http());
        awaitRegistered(at);
        return nsqd;
    }

    /**
     * Starts Millrace with all its NSQ doors on the well-known ports, and waits until it answers and has registered at
     * its own nsqlookupd.
     *
     * @param flags of nsqd, each as --name=value
     */
    ManagedProcess server(Programs programs, Path launcher, List<String> flags) throws Exception {
        Addresses at = Addresses.WELL_KNOWN;
        List<String> command = new ArrayList<>(List.of(launcher.toString(), "server", "--data",
                programs.folder("server").toString(), "--nsq-tcp", at.tcp(), "--nsq-http", at.http(), "--lookupd-tcp",
                at.lookupdTcp(), "--lookupd-http", at.lookupdHttp(), "--grpc", "off", "--http", "127.0.0.1:0"));
        for (String flag : flags) {
            int equals = flag.indexOf('=');
            command.addAll(List.of("--nsqd." + flag.substring(2, equals), flag.substring(equals + 1)));
        }
        ManagedProcess server = start(programs, command, at.http());
        awaitRegistered(at);
        return server;
    }

    /** Waits until the nsqlookupd knows a nsqd, so that topics made from now on are found there. */
    static void awaitRegistered(Addresses at) throws Exception {
        Await.until("nsqlookupd lists the nsqd", START_SECONDS,
                () -> Http.get(at.lookupdHttp(), "/nodes").path("producers").size() == 1,
                () -> Http.get(at.lookupdHttp(), "/nodes"));
    }

    /** Starts a server of nsqd's API, and waits until that answers. */
    ManagedProcess start(Programs programs, List<String> command, String http) throws Exception {
        ManagedProcess process = ManagedProcess.start(command, programs.folder("work"), Map.of());
        processes.add(process);
        Await.until("http://" + http + "/ping answers OK", START_SECONDS, () -> {
            if (!process.isAlive()) {
                throw new AssertionError(command.getFirst() + " ended:\n" + process.tail(20));
            }
            return Http.send("GET", http, "/ping", "").text().equals("OK");
        }, () -> process.tail(20));
        return process;
    }

    /** Fails if something listens on one of the ports that a run needs. */
    static void requireFreePorts() throws IOException {
        for (int port : new int[]{4150, 4151, 4160, 4161, 4171}) {
            try (java.net.ServerSocket socket = new java.net.ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), port));
            } catch (IOException e) {
                throw new IOException("port " + port + " is in use, and the checks need NSQ's own ports: stop what "
                        + "listens there, or run where unshare(1) may make a network namespace", e);
            }
        }
    }

    @Override
    public void close() {
        processes.reversed().forEach(ManagedProcess::close);
    }
}
