package dev.millrace.door.nsq.lookup;

import dev.millrace.node.TopologyListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** Registers this server, its topics and its channels at every nsqlookupd of a list that may change. Thread-safe. */
public final class LookupClient implements TopologyListener, AutoCloseable {
    private final Supplier<byte[]> identity;
    private final KnownTopics topics;
    private volatile List<LookupPeer> peers = List.of();

    /** Registers nowhere yet; {@code identity} gives the JSON that IDENTIFY says of this server. */
    public LookupClient(Supplier<byte[]> identity, KnownTopics topics) {
        this.identity = identity;
        this.topics = topics;
        topics.follow(this);
    }

    /** From now on these: new ones are connected to, others are left. */
    public synchronized void register(List<String> addresses) {
        List<LookupPeer> kept = new ArrayList<>();
        for (LookupPeer peer : peers) {
            if (addresses.contains(peer.address())) {
                kept.add(peer);
            } else {
                peer.stop();
            }
        }
        for (String address : addresses) {
            if (kept.stream().noneMatch(peer -> peer.address().equals(address))) {
                LookupPeer peer = new LookupPeer(address, identity, topics);
                kept.add(peer);
                peer.start();
            }
        }
        peers = List.copyOf(kept);
    }

    /** Whether there is any nsqlookupd to register at. */
    boolean isActive() {
        return !peers.isEmpty();
    }

    /** HTTP addresses, host:port, of those that were reached. */
    List<String> httpAddresses() {
        return peers.stream()
                .map(LookupPeer::httpAddress)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    private void change(String command) {
        peers.forEach(peer -> peer.change(command));
    }

    @Override
    public void topicCreated(String topic) {
        change("REGISTER " + topic);
    }

    @Override
    public void topicDeleted(String topic) {
        change("UNREGISTER " + topic);
    }

    @Override
    public void groupCreated(String topic, String group) {
        change("REGISTER " + topic + " " + group);
    }

    @Override
    public void groupDeleted(String topic, String group) {
        change("UNREGISTER " + topic + " " + group);
    }

    @Override
    public void close() {
        register(List.of());
    }
}
