package dev.millrace.verification.interop;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A nsqd of one make registers at a nsqlookupd of another. */
final class RegistrationSuite {
    private static final int WAIT_SECONDS = 60;

    private final Programs programs;
    private final Target nsqd;
    private final Target lookupd;
    private final Results results;
    private final Addresses at = Addresses.WELL_KNOWN;

    RegistrationSuite(Programs programs, Target nsqd, Target lookupd, Results results) {
        this.programs = programs;
        this.nsqd = nsqd;
        this.lookupd = lookupd;
        this.results = results;
    }

    void run() {
        String prefix = nsqd.name() + " nsqd at " + lookupd.name() + " nsqlookupd: ";
        try (Stack stack = new Stack()) {
            ManagedProcess lookup = stack.lookupd(programs, lookupd.lookupd());
            ManagedProcess server = stack.nsqd(programs, nsqd.nsqd(), List.of());
            results.check(prefix + "the node is listed with its ports and version", this::node);
            results.check(prefix + "topics and channels are registered and unregistered", this::topics);
            results.check(prefix + "a channel made at nsqlookupd exists before the topic's first message",
                    this::channelMadeBefore);
            results.check(prefix + "everything is registered again after nsqlookupd was restarted", () -> {
                at.createChannel("interop_again", "c");
                awaitLookup("interop_again", true);
                lookup.kill();
                stack.lookupd(programs, lookupd.lookupd());
                awaitLookup("interop_again", true);
            });
            results.check(prefix + "a killed nsqd is no producer any more", () -> {
                server.kill();
                awaitLookup("interop_again", false);
            });
        } catch (Exception | AssertionError e) {
            results.fail(prefix + "run", String.valueOf(e.getMessage()));
        }
    }

    private void node() throws Exception {
        JsonNode producer = Http.get(at.lookupdHttp(), "/nodes").path("producers").path(0);
        if (producer.path("tcp_port").asInt(0) != 4150 || producer.path("http_port").asInt(0) != 4151
                || !producer.path("broadcast_address").asString("").equals("127.0.0.1")
                || producer.path("version").asString("").isEmpty()
                || producer.path("topics").size() != producer.path("tombstones").size()) {
            throw new IOException("seen: " + producer);
        }
    }

    private void topics() throws Exception {
        String topic = "interop_registered";
        at.createChannel(topic, "one");
        at.createChannel(topic, "two");
        awaitRegistered("channel:" + topic + ":one", true);
        awaitRegistered("channel:" + topic + ":two", true);
        Http.expect200("POST", at.http(), "/channel/delete?topic=" + topic + "&channel=one", "");
        awaitRegistered("channel:" + topic + ":one", false);
        awaitRegistered("channel:" + topic + ":two", true);
        Http.expect200("POST", at.http(), "/topic/delete?topic=" + topic, "");
        awaitRegistered("channel:" + topic + ":two", false);
        awaitLookup(topic, false);
    }

    /** Looks at /debug, since a name once registered stays in the lists although no producer is behind it any more. */
    private void awaitRegistered(String registration, boolean has) throws Exception {
        Await.until("the nsqd is " + (has ? "" : "not ") + "registered for " + registration, WAIT_SECONDS,
                () -> Http.get(at.lookupdHttp(), "/debug").path(registration).isEmpty() != has,
                () -> Http.get(at.lookupdHttp(), "/debug").path(registration));
    }

    private void channelMadeBefore() throws Exception {
        String topic = "interop_made_before";
        Http.expect200("POST", at.lookupdHttp(), "/channel/create?topic=" + topic + "&channel=early", "");
        at.publish(topic, "first");
        Await.until("the channel has the first message", WAIT_SECONDS,
                () -> at.channel(topic, "early").path("depth").asInt(-1) == 1, () -> at.topic(topic));
    }

    private void awaitLookup(String topic, boolean hasProducer) throws Exception {
        String path = "/lookup?topic=" + topic;
        Await.until(topic + (hasProducer ? " has" : " has not") + " a producer", WAIT_SECONDS, () -> {
            Http.Answer answer = Http.send("GET", at.lookupdHttp(), path, "");
            return hasProducer == (answer.status() == 200 && answer.json().path("producers").size() == 1);
        }, () -> Http.send("GET", at.lookupdHttp(), path, "").text());
    }
}
