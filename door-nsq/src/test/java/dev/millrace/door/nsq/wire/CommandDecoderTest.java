package dev.millrace.door.nsq.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts are those that nsqd sends: clients and their tests compare them. */
class CommandDecoderTest {
    private static final DecoderLimits LIMITS = new DecoderLimits(100, 1_000, 3_600_000);
    private static final String ID = "0123456789abcdef";

    private final RecordingSink sink = new RecordingSink();
    private final CommandDecoder decoder = new CommandDecoder(LIMITS, sink);

    private int decode(byte[] bytes) {
        sink.data = ByteBuffer.wrap(bytes);
        return decoder.decode(sink.data, 0, bytes.length);
    }

    private void assertRefused(Wire wire, String text) {
        byte[] bytes = wire.bytes();
        CommandDecoder fresh = new CommandDecoder(LIMITS, sink);
        assertThatThrownBy(() -> fresh.decode(ByteBuffer.wrap(bytes), 0, bytes.length))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(text);
    }

    @Test
    void everyCommandIsUnderstood() {
        byte[] all = new Wire().body("IDENTIFY", "{}")
                .body("AUTH", "secret")
                .line("SUB t c")
                .line("RDY 5")
                .line("RDY")
                .body("PUB t", "one")
                .mpub("t", "two", "three")
                .body("DPUB t 1500", "four")
                .line("FIN " + ID)
                .line("REQ " + ID + " 250")
                .line("TOUCH " + ID)
                .line("NOP")
                .line("CLS")
                .bytes();

        assertThat(decode(all)).isEqualTo(all.length);

        assertThat(sink.seen).containsExactly("IDENTIFY {}", "AUTH secret", "SUB t c", "RDY 5", "RDY 1", "PUB t [one]",
                "MPUB t [two, three]", "DPUB t 1500 [four]", "FIN " + ID, "REQ " + ID + " 250", "TOUCH " + ID, "NOP",
                "CLS");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"PUB t|0|E_BAD_MESSAGE PUB failed to read message body size",
        "PUB t|3|E_BAD_MESSAGE PUB failed to read message body size",
        "PUB t|6|E_BAD_MESSAGE PUB failed to read message body",
        "DPUB t 0|4|E_BAD_MESSAGE DPUB failed to read message body",
        "IDENTIFY|2|E_BAD_BODY IDENTIFY failed to read body size", "AUTH|5|E_BAD_BODY AUTH failed to read body",
        "MPUB t|3|E_BAD_BODY MPUB failed to read body size", "MPUB t|6|E_BAD_BODY MPUB failed to read message count",
        "MPUB t|8|E_BAD_MESSAGE MPUB failed to read message(0) body size",
        "MPUB t|13|E_BAD_MESSAGE MPUB failed to read message body",
        "MPUB t|24|E_BAD_MESSAGE MPUB failed to read message(1) body size"})
    void halfABody_isRefusedInNsqdsWords_whenNothingMoreComes(String line, int bodyBytes, String refusal) {
        byte[] all = new Wire().line(line).number(12).number(12).number(12).bytes(new byte[20]).bytes();
        int length = line.length() + 1 + bodyBytes;

        assertThat(decode(Arrays.copyOf(all, length))).isZero();
        assertThat(decoder.cutOff(length)).isEqualTo(refusal);
        assertThat(new CommandDecoder(LIMITS, sink).cutOff(3)).as("half a line").isNull();
    }

    @Test
    void aLineLikeTheLastOne_isNotTakenForIt() {
        decode(new Wire().body("PUB topic-a", "1")
                .body("PUB topic-a", "2")
                .body("PUB topic-b", "3")
                .body("PUB topic-bc", "4")
                .body("PUB topic-b", "5")
                .mpub("topic-b", "6")
                .body("PUB topic-b", "7")
                .body("DPUB topic-c 5", "8")
                .body("PUB topic-b", "9")
                .body("PUB topic-b\r", "10")
                .body("PUB topic-b x", "11")
                .bytes());

        assertThat(sink.seen).containsExactly("PUB topic-a [1]", "PUB topic-a [2]", "PUB topic-b [3]",
                "PUB topic-bc [4]",
                "PUB topic-b [5]", "MPUB topic-b [6]", "PUB topic-b [7]", "DPUB topic-c 5 [8]", "PUB topic-b [9]",
                "PUB topic-b [10]", "PUB topic-b [11]");
    }

    @Test
    void aCarriageReturnBeforeTheLineEndIsDropped() {
        decode(new Wire().line("SUB t c\r").line("FIN " + ID + "\r").body("PUB t\r", "x").line("NOP\r").bytes());

        assertThat(sink.seen).containsExactly("SUB t c", "FIN " + ID, "PUB t [x]", "NOP");
    }

    @Test
    void parametersThatNobodyAskedForAreIgnored() {
        decode(new Wire().line("FIN " + ID + " more")
                .body("PUB t more", "x")
                .line("SUB t c more and more")
                .line("NOP x")
                .bytes());

        assertThat(sink.seen).containsExactly("FIN " + ID, "PUB t [x]", "SUB t c", "NOP");
    }

    @Test
    void aCommandMayComeByteByByte() {
        byte[] all = new Wire().mpub("t", "two", "three")
                .line("FIN " + ID)
                .body("DPUB t 7", "four")
                .line("RDY 3")
                .bytes();
        int from = 0;
        for (int to = 1; to <= all.length; to++) {
            sink.data = ByteBuffer.wrap(all);
            from = decoder.decode(sink.data, from, to);
            assertThat(decoder.missing()).isPositive();
        }

        assertThat(from).isEqualTo(all.length);
        assertThat(sink.seen).containsExactly("MPUB t [two, three]", "FIN " + ID, "DPUB t 7 [four]", "RDY 3");
    }

    @Test
    void missing_neverAsksForMoreThanTheCommandHas() {
        byte[] all = new Wire().mpub("t", "two", "three").bytes();
        int to = 1;
        while (decoder.decode(ByteBuffer.wrap(all), 0, to) == 0) {
            to += decoder.missing();
            sink.data = ByteBuffer.wrap(all);
            assertThat(to).isLessThanOrEqualTo(all.length);
        }
        assertThat(sink.seen).containsExactly("MPUB t [two, three]");
    }

    @Test
    void theBytesOfAnIncompleteCommandMayMove() {
        byte[] all = new Wire().mpub("topic", "two", "three", "four").bytes();
        for (int cut = 1; cut < all.length; cut++) {
            RecordingSink moved = new RecordingSink();
            CommandDecoder moving = new CommandDecoder(LIMITS, moved);
            assertThat(moving.decode(ByteBuffer.wrap(all, 0, cut), 0, cut)).isZero();
            byte[] elsewhere = new byte[all.length + 13];
            System.arraycopy(all, 0, elsewhere, 13, all.length);
            moved.data = ByteBuffer.wrap(elsewhere);

            assertThat(moving.decode(moved.data, 13, elsewhere.length)).isEqualTo(elsewhere.length);

            assertThat(moved.seen).containsExactly("MPUB topic [two, three, four]");
        }
    }

    @Test
    void aBlockingTopic_stopsBeforeTheBody() {
        sink.blockingTopics = 1;
        byte[] all = new Wire().body("PUB t", "x").line("NOP").bytes();

        assertThat(decode(all)).isZero();
        assertThat(sink.seen).isEmpty();
        sink.blocked = false;

        assertThat(decode(all)).isEqualTo(all.length);
        assertThat(sink.seen).containsExactly("PUB t [x]", "NOP");
    }

    @Test
    void mpub_endsAfterItsMessages_whateverItsLengthSays() {
        byte[] all = new Wire().line("MPUB t")
                .number(9)
                .number(2)
                .number(1)
                .bytes(new byte[]{'a'})
                .number(1)
                .bytes(new byte[]{'b'})
                .line("NOP")
                .bytes();

        assertThat(decode(all)).isEqualTo(all.length);

        assertThat(sink.seen).containsExactly("MPUB t [a, b]", "NOP");
    }

    @Test
    void mpub_withMoreBytesThanABodyMayHave_isRefused() {
        Wire wire = new Wire().line("MPUB t").number(20).number(11);
        for (int i = 0; i < 11; i++) {
            wire.number(100).bytes(new byte[100]);
        }
        assertRefused(wire, "E_BAD_BODY MPUB body too big 1044 > 1000");
    }

    @Test
    void wrongTopicsAndChannels_areQuoted() {
        assertRefused(new Wire().line("SUB test$ c"), "E_BAD_TOPIC SUB topic name \"test$\" is not valid");
        assertRefused(new Wire().line("SUB t c\u00e9\"x"), "E_BAD_CHANNEL SUB channel name \"cé\\\"x\" is not valid");
        assertRefused(new Wire().body("PUB " + "x".repeat(65), "x"),
                "E_BAD_TOPIC PUB topic name \"" + "x".repeat(65) + "\" is not valid");
        assertRefused(new Wire().mpub("a*b", "x"), "E_BAD_TOPIC E_BAD_TOPIC MPUB topic name \"a*b\" is not valid");
        assertRefused(new Wire().body("DPUB  5", "x"), "E_BAD_TOPIC DPUB topic name \"\" is not valid");
    }

    @Test
    void wrongSizes_areRefusedBeforeTheirBytesCome() {
        assertRefused(new Wire().line("PUB t").number(105), "E_BAD_MESSAGE PUB message too big 105 > 100");
        assertRefused(new Wire().line("PUB t").number(0), "E_BAD_MESSAGE PUB invalid message body size 0");
        assertRefused(new Wire().line("PUB t").number(-1), "E_BAD_MESSAGE PUB invalid message body size -1");
        assertRefused(new Wire().line("DPUB t 1").number(101), "E_BAD_MESSAGE DPUB message too big 101 > 100");
        assertRefused(new Wire().line("MPUB t").number(1148), "E_BAD_BODY MPUB body too big 1148 > 1000");
        assertRefused(new Wire().line("MPUB t").number(0), "E_BAD_BODY MPUB invalid body size 0");
        assertRefused(new Wire().line("MPUB t").number(900).number(0), "E_BAD_BODY MPUB invalid message count 0");
        assertRefused(new Wire().line("MPUB t").number(900).number(200), "E_BAD_BODY MPUB invalid message count 200");
        assertRefused(new Wire().line("MPUB t").number(900).number(5).number(101),
                "E_BAD_MESSAGE MPUB message too big 101 > 100");
        assertRefused(new Wire().line("IDENTIFY").number(1001), "E_BAD_BODY IDENTIFY body too big 1001 > 1000");
        assertRefused(new Wire().line("IDENTIFY").number(0), "E_BAD_BODY IDENTIFY invalid body size 0");
        assertRefused(new Wire().line("AUTH").number(-5), "E_BAD_BODY AUTH invalid body size -5");
    }

    @Test
    void mpub_withAnEmptyMessage_namesIt() {
        Wire wire = new Wire().line("MPUB t").number(30).number(6);
        for (int i = 0; i < 5; i++) {
            wire.number(1).bytes(new byte[1]);
        }
        assertRefused(wire.number(0), "E_BAD_MESSAGE MPUB invalid message(5) body size 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            value = {"FIN|FIN insufficient number of params", "TOUCH|TOUCH insufficient number of params",
                "REQ 0123456789abcdef|REQ insufficient number of params", "FIN 123|invalid message ID",
                "FIN  0123456789abcdef|invalid message ID", "REQ 0123456789abcdef x|REQ could not parse timeout x",
                "REQ 0123456789abcdef -1|REQ could not parse timeout -1", "RDY x|RDY could not parse count x",
                "SUB t|SUB insufficient number of parameters", "PUB|PUB insufficient number of parameters",
                "MPUB|MPUB insufficient number of parameters", "DPUB t|DPUB insufficient number of parameters",
                "DPUB t x|DPUB could not parse timeout x", "DPUB t 3600100|DPUB timeout 3600100 out of range 0-3600000",
                "AUTH x|AUTH invalid number of parameters", "HELLO you|invalid command HELLO", "|invalid command ''",
                "fin|invalid command fin"})
    void wrongLines_areRefused(String line, String reason) {
        assertRefused(new Wire().line(line == null ? "" : line), "E_INVALID " + reason.replace("''", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123456789ABCDEF", "0123456789abcdeg", "0123456789abcdeo", "0123456789abcde:",
        "0000000000000000"})
    void idsThatNoMessageHas_areNotInFlight(String id) {
        decode(new Wire().line("FIN " + id).line("REQ " + id + " 1").line("TOUCH " + id).bytes());

        assertThat(sink.seen).containsExactly("FIN not in flight " + id, "REQ not in flight " + id,
                "TOUCH not in flight " + id);
    }

    @Test
    void aDeferralOfAnyLength_isTakenWithinTheLimit() {
        CommandDecoder unlimited = new CommandDecoder(new DecoderLimits(100, 1_000, Long.MAX_VALUE / 1_000_000), sink);
        byte[] all = new Wire().body("DPUB t 9223372036854", "x").bytes();
        sink.data = ByteBuffer.wrap(all);

        unlimited.decode(sink.data, 0, all.length);

        assertThat(sink.seen).containsExactly("DPUB t 9223372036854 [x]");
    }

    @Test
    void numbersBeyondALong_areHeldAtItsEnd() {
        decode(new Wire().line("REQ " + ID + " 99999999999999999999999").bytes());

        assertThat(sink.seen).isEqualTo(List.of("REQ " + ID + " " + Long.MAX_VALUE));
    }

    @Test
    void aLineOf16KiB_isTheLongest() {
        byte[] longest = new byte[CommandDecoder.MAX_LINE_BYTES];
        Arrays.fill(longest, (byte) ' ');
        System.arraycopy("NOP ".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, longest, 0, 4);
        longest[longest.length - 1] = '\n';
        assertThat(decode(longest)).isEqualTo(longest.length);
        longest[longest.length - 1] = ' ';

        assertThatThrownBy(() -> decode(longest)).hasMessage("E_INVALID command line longer than 16384 bytes");
    }
}
