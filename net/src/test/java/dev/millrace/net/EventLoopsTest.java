package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventLoopsTest {
    @TempDir Path folder;

    /** Says "hi" to whoever connects, then closes. */
    private static ChannelInitializer<Channel> greeter() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        ctx.writeAndFlush(Unpooled.copiedBuffer(new byte[]{'h', 'i'}))
                                .addListener(ChannelFutureListener.CLOSE);
                    }
                });
            }
        };
    }

    private static String greeting(SocketAddress address) throws IOException {
        try (SocketChannel socket = SocketChannel.open(address)) {
            ByteBuffer into = ByteBuffer.allocate(16);
            while (socket.read(into) >= 0) {
                // until the end
            }
            return new String(into.array(), 0, into.position(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void epollIsUsedOnLinux() {
        try (EventLoops loops = EventLoops.open("t", 1)) {
            assertThat(loops.isEpoll()).isEqualTo(System.getProperty("os.name").equals("Linux"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bind_port0_listensOnTheReportedPort(boolean nativeWanted) throws IOException {
        try (EventLoops loops = EventLoops.open("t", 1, nativeWanted && Epoll.isAvailable());
                Listener listener = loops.bind(ListenAddress.parse("127.0.0.1:0"), greeter())) {
            assertThat(listener.address().port()).isPositive();
            assertThat(greeting(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.address().port())))
                    .isEqualTo("hi");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bind_unixSocket_serves_removesItsFileWhenClosed(boolean nativeWanted) throws IOException {
        Path path = folder.resolve("a.sock");
        try (EventLoops loops = EventLoops.open("t", 1, nativeWanted && Epoll.isAvailable())) {
            try (Listener listener = loops.bind(new ListenAddress.Unix(path), greeter())) {
                assertThat(listener.address()).hasToString(path.toString());
                assertThat(greeting(UnixDomainSocketAddress.of(path))).isEqualTo("hi");
            }
            assertThat(path).doesNotExist();
        }
    }

    @Test
    void bind_socketFileOfADeadProcess_isReplaced() throws IOException {
        Path path = folder.resolve("a.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)).close();
        assertThat(path).exists();
        try (EventLoops loops = EventLoops.open("t", 1);
                Listener _ = loops.bind(new ListenAddress.Unix(path), greeter())) {
            assertThat(greeting(UnixDomainSocketAddress.of(path))).isEqualTo("hi");
        }
    }

    @Test
    void bind_socketFileInUse_isRefused() {
        ListenAddress address = new ListenAddress.Unix(folder.resolve("a.sock"));
        try (EventLoops loops = EventLoops.open("t", 1); Listener _ = loops.bind(address, greeter())) {
            assertThatThrownBy(() -> loops.bind(address, greeter())).isInstanceOf(NetException.class)
                    .hasMessageContaining("another process listens there");
        }
    }

    @Test
    void bind_pathOfAFile_isRefused_fileStays() throws IOException {
        Path file = Files.writeString(folder.resolve("precious.txt"), "x");
        try (EventLoops loops = EventLoops.open("t", 1)) {
            assertThatThrownBy(() -> loops.bind(new ListenAddress.Unix(file), greeter()))
                    .isInstanceOf(NetException.class)
                    .hasMessageContaining("not a socket");
        }
        assertThat(file).hasContent("x");
    }

    @Test
    void bind_portInUse_namesAddressAndCure() throws IOException {
        try (EventLoops loops = EventLoops.open("t", 1); ServerSocket other = new ServerSocket(0)) {
            assertThatThrownBy(() -> loops.bind(new ListenAddress.Tcp("0.0.0.0", other.getLocalPort()), greeter()))
                    .isInstanceOf(NetException.class)
                    .hasMessageContaining("cannot listen on 0.0.0.0:" + other.getLocalPort())
                    .hasMessageContaining("port 0");
        }
    }

    @Test
    void bind_unknownHost_isRefused() {
        try (EventLoops loops = EventLoops.open("t", 1)) {
            assertThatThrownBy(() -> loops.bind(ListenAddress.parse("no-such-host.invalid:0"), greeter()))
                    .isInstanceOf(NetException.class)
                    .hasMessageContaining("is not known");
        }
    }

    @Test
    void bind_off_bindsNothing() {
        try (EventLoops loops = EventLoops.open("t", 1); Listener none = loops.bind(ListenAddress.OFF, greeter())) {
            assertThat(none.address()).isEqualTo(ListenAddress.OFF);
        }
    }
}
