package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.wire.Wire;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol's everyday life against the real engine. */
class PublishConsumeTest {
    @TempDir Path folder;
    private TestNode node;

    @BeforeEach
    void open() {
        node = TestNode.open(folder);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aPublishedMessage_isDelivered_andFinished() {
        try (RawClient client = node.client()) {
            long before = System.currentTimeMillis() * 1_000_000;
            client.pub("t", "hello").subscribe("t", "c", 1);
            RawClient.Message message = client.message();

            assertThat(message.text()).isEqualTo("hello");
            assertThat(message.attempts()).isEqualTo(1);
            assertThat(message.id()).matches("[0-9a-f]{16}");
            assertThat(message.timestampNanos()).isBetween(before - 1_000_000,
                    System.currentTimeMillis() * 1_000_000 + 1_000_000);
            client.line("FIN " + message.id()).pub("t", "next");
            assertThat(client.message().text()).isEqualTo("next");
        }
    }

    @Test
    void messagesOfEveryKindOfPublish_comeInOrder() {
        try (RawClient client = node.client()) {
            client.send(
                    new Wire().body("PUB t", "1").mpub("t", "2", "3", "4").body("PUB t", "5").body("DPUB t 0", "6"));
            client.expectOk().expectOk().expectOk().expectOk();
            client.subscribe("t", "c", 10);

            assertThat(client.messages(6)).extracting(RawClient.Message::text)
                    .containsExactly("1", "2", "3", "4", "5", "6");
        }
    }

    @Test
    void readyCount_boundsWhatIsInFlight() {
        try (RawClient client = node.client()) {
            client.send(new Wire().mpub("t", "1", "2", "3")).expectOk();
            client.subscribe("t", "c", 2);
            List<RawClient.Message> two = client.messages(2);
            client.pub("other", "no message came before this answer");
            client.line("FIN " + two.getFirst().id());

            assertThat(client.message().text()).isEqualTo("3");
        }
    }

    @Test
    void everyChannel_getsEveryMessage() {
        try (RawClient one = node.client(); RawClient two = node.client()) {
            one.subscribe("t", "a", 10);
            two.subscribe("t", "b", 10);
            one.send(new Wire().mpub("t", "x", "y")).expectOk();

            assertThat(one.messages(2)).extracting(RawClient.Message::text).containsExactly("x", "y");
            assertThat(two.messages(2)).extracting(RawClient.Message::text).containsExactly("x", "y");
        }
    }

    @Test
    void requeue_deliversAgain_withAnotherAttempt() {
        try (RawClient client = node.client()) {
            client.pub("t", "x").subscribe("t", "c", 1);
            RawClient.Message first = client.message();
            client.line("REQ " + first.id() + " 0");
            RawClient.Message second = client.message();

            assertThat(second.id()).isEqualTo(first.id());
            assertThat(second.attempts()).isEqualTo(2);
            client.line("FIN " + second.id());
        }
    }

    @Test
    void deferredPublish_comesNotBeforeItsTime() {
        try (RawClient client = node.client()) {
            client.subscribe("t", "c", 1);
            long start = System.nanoTime();
            client.send(new Wire().body("DPUB t 300", "later")).expectOk();

            assertThat(client.message().text()).isEqualTo("later");
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000);
        }
    }

    @Test
    void answers_whoseLeaseIsNotThere_areErrorsThatDoNotClose() {
        String id = "0123456789abcdef";
        try (RawClient client = node.client()) {
            client.line("SUB t c").expectOk();
            client.line("FIN " + id).expectError("E_FIN_FAILED FIN " + id + " failed ID not in flight");
            client.line("REQ " + id + " 0").expectError("E_REQ_FAILED REQ " + id + " failed ID not in flight");
            client.line("TOUCH " + id).expectError("E_TOUCH_FAILED TOUCH " + id + " failed ID not in flight");
            client.pub("t", "still here");
        }
    }

    @Test
    void finishingTwice_isAnError() {
        try (RawClient client = node.client()) {
            client.pub("t", "x").subscribe("t", "c", 1);
            String id = client.message().id();
            client.line("FIN " + id)
                    .line("FIN " + id)
                    .expectError("E_FIN_FAILED FIN " + id + " failed ID not in flight");
        }
    }

    @Test
    void whatADisconnectedClientHeld_isRedeliveredAtOnce() {
        try (RawClient staying = node.client()) {
            try (RawClient leaving = node.client()) {
                leaving.pub("t", "x").subscribe("t", "c", 1);
                assertThat(leaving.message().attempts()).isEqualTo(1);
            }
            staying.subscribe("t", "c", 1);
            RawClient.Message again = staying.message();

            assertThat(again.text()).isEqualTo("x");
            assertThat(again.attempts()).isEqualTo(2);
        }
    }

    @Test
    void afterCls_nothingIsDelivered_andAnswersAreTaken() {
        try (RawClient client = node.client()) {
            client.pub("t", "x").subscribe("t", "c", 5);
            String id = client.message().id();
            client.line("CLS").expect("CLOSE_WAIT");
            client.pub("t", "y").line("RDY 5").line("FIN " + id).line("FIN " + id);
            client.expectError("E_FIN_FAILED FIN " + id + " failed ID not in flight");
        }
    }

    @Test
    void pipelinedPublishesOfManyTopics_areAnsweredInOrder() {
        try (RawClient client = node.client()) {
            Wire wire = new Wire();
            IntStream.range(0, 1_000).forEach(i -> wire.body("PUB t" + i % 7, "m" + i));
            client.send(wire.line("SUB t0 c"));
            IntStream.range(0, 1_001).forEach(i -> client.expectOk());
            client.line("RDY 2500");

            assertThat(client.messages(143)).extracting(RawClient.Message::text)
                    .isEqualTo(IntStream.range(0, 1_000).filter(i -> i % 7 == 0).mapToObj(i -> "m" + i).toList());
        }
    }

    @Test
    void messagesOfAnySize_arriveUnchanged() {
        try (RawClient client = node.client()) {
            List<String> bodies = new ArrayList<>();
            Wire wire = new Wire();
            for (int bytes : new int[]{1, 100, 65_535, 65_536, 300_000, 1 << 20}) {
                String body = String.valueOf((char) ('a' + bodies.size())).repeat(bytes);
                bodies.add(body);
                wire.body("PUB t", body);
            }
            client.send(wire);
            bodies.forEach(body -> client.expectOk());
            client.subscribe("t", "c", 100);

            assertThat(client.messages(bodies.size())).extracting(RawClient.Message::text).isEqualTo(bodies);
        }
    }

    @Test
    void oneMpub_mayHaveManyMessages() {
        try (RawClient client = node.client()) {
            String[] bodies = IntStream.range(0, 50_000).mapToObj(Integer::toString).toArray(String[]::new);
            client.send(new Wire().mpub("t", bodies)).expectOk().line("SUB t c").expectOk().line("RDY 2500");
            for (String body : bodies) {
                RawClient.Message message = client.message();
                assertThat(message.text()).isEqualTo(body);
                client.line("FIN " + message.id());
            }
        }
    }

    @Test
    void aClientThatEndsItsOutput_getsItsAnswers_evenOfCommandsThatHadToWait() {
        try (RawClient client = node.client()) {
            client.send(new Wire().line("SUB t c").line("FIN 0123456789abcdef").body("PUB t", "x").line("CLS"))
                    .endOutput();
            client.expectOk()
                    .expectError("E_FIN_FAILED FIN 0123456789abcdef failed ID not in flight")
                    .expectOk()
                    .expect("CLOSE_WAIT")
                    .expectClosed();
        }
        try (RawClient client = node.client()) {
            client.send(new Wire().line("SUB t c").line("PUB t").number(10)).endOutput();
            client.expectOk().expectError("E_BAD_MESSAGE PUB failed to read message body").expectClosed();
        }
    }

    @Test
    void aClientThatEndsItsOutput_getsItsAnswers() {
        try (RawClient client = node.client()) {
            client.send(new Wire().body("PUB t", "1").body("PUB t", "2")).endOutput();

            client.expectOk().expectOk().expectClosed();
        }
    }
}
