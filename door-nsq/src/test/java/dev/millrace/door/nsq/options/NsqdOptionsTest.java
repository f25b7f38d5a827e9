package dev.millrace.door.nsq.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NsqdOptionsTest {
    @TempDir Path folder;

    private static NsqdOptions parse(String... args) {
        return NsqdOptions.parse(List.of(args));
    }

    @Test
    void defaults_areNsqds() {
        NsqdOptions options = NsqdOptions.defaults();

        assertThat(options.listen())
                .isEqualTo(new NsqdOptions.Listen("127.0.0.1:4150", "127.0.0.1:4151", "127.0.0.1:4152"));
        assertThat(options.limits()).isEqualTo(new NsqdOptions.Limits(1 << 20, 5 << 20, 3_600_000, 2_500, 0));
        assertThat(options.negotiable()).isEqualTo(new NsqdOptions.Negotiable(60_000, 900_000, 60_000, 65_536,
                new NsqdOptions.OutputTimeout(250, 25, 30_000)));
        assertThat(options.compression()).isEqualTo(new NsqdOptions.Compression(true, true, 6));
        assertThat(options.tls().configured()).isFalse();
        assertThat(options.statsd().prefix()).isEqualTo("nsq.%s");
        assertThat(options.nodeId()).isBetween(0, 1023);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-max-rdy-count 7", "--max-rdy-count 7", "-max-rdy-count=7", "--max-rdy-count=7"})
    void aFlag_mayBeWrittenFourWays(String args) {
        assertThat(parse(args.split(" ")).limits().maxRdyCount()).isEqualTo(7);
    }

    @Test
    void aBoolean_isSetByItsName_andUnsetByAValue() {
        assertThat(parse("-snappy", "-deflate=false", "stop", "-snappy=false").compression())
                .isEqualTo(new NsqdOptions.Compression(true, false, 6));
    }

    @Test
    void aRepeatedFlag_appends() {
        assertThat(parse("--lookupd-tcp-address=a:1", "-lookupd-tcp-address", "b:2").discovery().lookupdTcp())
                .containsExactly("a:1", "b:2");
        assertThat(
                parse("-e2e-processing-latency-percentile=0.5,1.0", "-e2e-processing-latency-percentile=0.99").latency()
                        .percentiles())
                .containsExactly(1.0, 0.99, 0.5);
    }

    @Test
    void theLastOfTwo_wins() {
        assertThat(parse("-max-msg-size=5", "-max-msg-size=6").limits().maxMsgBytes()).isEqualTo(6);
    }

    @Test
    void aConfigFile_isReadUnderTheFlags() throws IOException {
        Path file = folder.resolve("nsqd.cfg");
        Files.writeString(file, """
                # comment
                max_rdy_count = 100
                max_msg_size = 2_000 # more
                tcp_address = "127.0.0.1:0"
                msg_timeout = "30s"
                max_req_timeout = 7200000
                snappy = false
                tls_required = "tcp-https"
                tls_cert = 'c.pem'
                tls_key = "k.pem"
                nsqlookupd_tcp_addresses = [
                    "a:4160", # first
                    'b:4160',
                ]
                [table]
                max_rdy_count = 9
                """);

        NsqdOptions options = parse("-config", file.toString(), "-max-msg-size=10");

        assertThat(options.limits()).isEqualTo(new NsqdOptions.Limits(10, 5 << 20, 7_200_000, 100, 0));
        assertThat(options.negotiable().msgTimeoutMillis()).isEqualTo(30_000);
        assertThat(options.listen().tcp()).isEqualTo("127.0.0.1:0");
        assertThat(options.compression().snappy()).isFalse();
        assertThat(options.discovery().lookupdTcp()).containsExactly("a:4160", "b:4160");
        assertThat(options.tls().required()).isEqualTo(NsqdOptions.TlsRequired.TCP_HTTPS);
    }

    @Test
    void aBrokenConfigFile_isRefusedWithItsLine() throws IOException {
        Path file = folder.resolve("nsqd.cfg");
        Files.writeString(file, "max_rdy_count = 100\nmax_msg_size 5\n");

        assertThatThrownBy(() -> parse("-config=" + file)).isInstanceOf(OptionException.class)
                .hasMessage("failed to load config file " + file + ": config file, line 2: expected '='");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"-nonsense 1|flag provided but not defined: -nonsense",
        "-max-msg-size|flag needs an argument: -max-msg-size",
        "-max-msg-size x|invalid value \"x\" for flag -max-msg-size: \"x\" is no whole number",
        "-msg-timeout 60|invalid value \"60\" for flag -msg-timeout: invalid duration \"60\": write a number and a unit, such as 250ms, 60s, 1h30m",
        "-max-deflate-level 10|--max-deflate-level must be 1 to 9, not 10",
        "-node-id 1024|--node-id must be 0 to 1023, not 1024",
        "-auth-http-request-method put|--auth-http-request-method must be post or get",
        "-tls-required|cannot require TLS client connections without TLS key and cert",
        "-e2e-processing-latency-percentile 1.5|invalid E2E processing latency percentile: 1.5"})
    void whatCannotWork_isRefused(String args, String message) {
        assertThatThrownBy(() -> parse(args.split(" "))).isInstanceOf(OptionException.class).hasMessage(message);
    }

    @Test
    void aClientCertificatePolicy_demandsTls() {
        NsqdOptions options = parse("-tls-cert=c", "-tls-key=k", "-tls-client-auth-policy=require-verify");

        assertThat(options.tls().required()).isEqualTo(NsqdOptions.TlsRequired.YES);
        assertThat(options.tls().clients()).isEqualTo(NsqdOptions.ClientCertificate.VERIFIED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            value = {"max_rdy_count|2500", "msg_timeout|60000000000", "log_level|2", "tls_required|0",
                "tls_min_version|769", "nsqlookupd_tcp_addresses|[]", "snappy|true", "tcp_address|127.0.0.1:4150",
                "id|7",
                "e2e_processing_latency_percentiles|[]"})
    void show_writesAsNsqdDoes(String name, String shown) {
        assertThat(parse("-node-id=7").show(name)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "config", "verbose", "max-rdy-count", "nonsense"})
    void show_ofWhatIsNoOption_isNull(String name) {
        assertThat(NsqdOptions.defaults().show(name)).isNull();
    }

    @Test
    void theBroadcastAddress_isLoopback_whileListeningThere() {
        assertThat(parse().broadcast().address()).isEqualTo("127.0.0.1");
        assertThat(parse("-tcp-address=0.0.0.0:4150").broadcast().address()).isEqualTo(NsqdOptions.hostname());
        assertThat(parse("-tcp-address=0.0.0.0:4150", "-broadcast-address=a.example").broadcast().address())
                .isEqualTo("a.example");
        assertThat(parse("-tcp-address=nsqd.sock").broadcast().address()).isEqualTo("127.0.0.1");
    }

    @Test
    void lookupd_hasItsOwn() {
        NsqlookupdOptions options = NsqlookupdOptions
                .parse(List.of("--tcp-address", "127.0.0.1:0", "-tombstone-lifetime=90s"));

        assertThat(options.tcpAddress()).isEqualTo("127.0.0.1:0");
        assertThat(options.httpAddress()).isEqualTo("127.0.0.1:4161");
        assertThat(options.tombstoneLifetime()).isEqualTo(Duration.ofSeconds(90));
        assertThat(options.inactiveProducerTimeout()).isEqualTo(Duration.ofMinutes(5));
    }
}
