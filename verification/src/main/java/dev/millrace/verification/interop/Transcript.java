package dev.millrace.verification.interop;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server says in one conversation, without what is different each time: ids become their number in the order in
 * which they were seen, times and ports a letter.
 */
final class Transcript {
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final byte[] MAGIC = "  V2".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern NUMBER = Pattern.compile("<(-?\\d+)>");
    private static final Pattern ID = Pattern.compile("<id(\\d+)>");
    private static final Pattern HEX = Pattern.compile("\\\\x([0-9a-f]{2})");
    /** What is replaced in texts of servers, with what. */
    private static final List<List<String>> VARIABLE = List.of(
            List.of("\"version\":\"[0-9][^\"]*\"", "\"version\":\"V\""),
            List.of("nsqd v\\S+ \\(built w/[^)]*\\)", "nsqd V"),
            List.of("(\"(?:start_time|connect_ts|http_port|tcp_port|value)\":)-?[0-9.e+]+", "$1N"),
            List.of("(\"(?:heap|gc|next_gc)_[a-z0-9_]+\":)\\d+", "$1N"),
            List.of("((?:heap|gc|next_gc)_[a-z0-9_]+ *\t)\\d+", "$1N"),
            List.of("(start_time|uptime) \\S+", "$1 N"),
            List.of("connected: \\S+", "connected: N"),
            List.of("(127\\.0\\.0\\.1|host):\\d{4,5}", "$1:N"),
            List.of("\"hostname\":\"[^\"]*\"", "\"hostname\":\"H\""),
            List.of("\"backend_depth\":\\d+", "\"backend_depth\":N"),
            List.of("be-depth: \\d+ *", "be-depth: N "),
            List.of(",?\"topology_(?:zone|region)\":\"\"", ""),
            List.of("(e2e%: )[0-9.]+[mun]?s(, [0-9.]+[mun]?s)*", "$1N"));

    private final Addresses at;
    private final String topic;
    private final StringBuilder said = new StringBuilder();
    private final List<String> ids = new ArrayList<>();

    private Transcript(Addresses at, String topic) {
        this.at = at;
        this.topic = topic;
    }

    /** Holds the conversation; {@code number} makes its topic its own. */
    static String of(Script script, int number, Addresses at) throws IOException {
        Transcript transcript = new Transcript(at, "letter" + number);
        try {
            transcript.hold(script);
        } catch (java.io.EOFException | SocketException e) {
            transcript.said.append("closed too early\n");
        }
        return transcript.said.toString();
    }

    private void hold(Script script) throws IOException {
        boolean talks = script.steps().stream().anyMatch(step -> step.kind() != '~');
        if (!talks) {
            for (Script.Step step : script.steps()) {
                ask(step.text());
            }
            return;
        }
        try (Socket socket = connect(at.tcp());
                DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
            if (script.magic()) {
                socket.getOutputStream().write(MAGIC);
            }
            for (Script.Step step : script.steps()) {
                switch (step.kind()) {
                    case '>' -> socket.getOutputStream().write(bytes(step.text()));
                    case '<' -> frames(in, Integer.parseInt(step.text().strip()));
                    default -> ask(step.text());
                }
            }
            rest(socket, in);
        }
    }

    private static Socket connect(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        Socket socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    // ---- sending ----

    private byte[] bytes(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String line = fill(text);
        for (int at = 0; at < line.length();) {
            Matcher number = NUMBER.matcher(line).region(at, line.length());
            Matcher hex = HEX.matcher(line).region(at, line.length());
            if (number.lookingAt()) {
                out.write(ByteBuffer.allocate(4).putInt(Integer.parseInt(number.group(1))).array());
                at = number.end();
            } else if (hex.lookingAt()) {
                out.write(Integer.parseInt(hex.group(1), 16));
                at = hex.end();
            } else if (line.charAt(at) == '\\') {
                out.write(switch (line.charAt(at + 1)) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    default -> '\\';
                });
                at += 2;
            } else {
                out.write(line.charAt(at++));
            }
        }
        return out.toByteArray();
    }

    private String fill(String text) {
        return ID.matcher(text.replace("$t", topic))
                .replaceAll(match -> ids.get(Integer.parseInt(match.group(1))));
    }

    // ---- receiving ----

    private void frames(DataInputStream in, int count) throws IOException {
        for (int seen = 0; seen < count;) {
            seen += frame(in) ? 1 : 0;
        }
    }

    /**
     * Everything up to the end of the connection. A command that there is not shows whether the server still listened:
     * then it is refused, else an earlier refusal is the last frame.
     */
    private void rest(Socket socket, DataInputStream in) throws IOException {
        try {
            socket.getOutputStream().write("PROBE\n".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
        } catch (SocketException e) {
            // Closed already; what was said before is still there to be read.
        }
        try {
            while (true) {
                frame(in);
            }
        } catch (java.io.EOFException | SocketException e) {
            said.append("closed\n");
        }
    }

    /** Notes the next frame; false for a heartbeat, which is not noted. */
    private boolean frame(DataInputStream in) throws IOException {
        int size;
        try {
            size = in.readInt();
        } catch (SocketTimeoutException e) {
            said.append("(nothing came)\n");
            throw new IOException("nothing came; so far:\n" + said, e);
        }
        int type = in.readInt();
        byte[] data = new byte[size - 4];
        in.readFully(data);
        String text = new String(data, StandardCharsets.UTF_8);
        if (text.equals("_heartbeat_")) {
            return false;
        }
        said.append(type).append(' ').append(type == 2 ? message(data) : normal(text)).append('\n');
        return true;
    }

    private String message(byte[] data) {
        ByteBuffer frame = ByteBuffer.wrap(data);
        frame.getLong();
        int attempts = frame.getShort();
        byte[] id = new byte[16];
        frame.get(id);
        String text = new String(id, StandardCharsets.US_ASCII);
        if (!ids.contains(text)) {
            ids.add(text);
        }
        byte[] body = new byte[frame.remaining()];
        frame.get(body);
        return "message <id" + ids.indexOf(text) + "> attempt " + attempts + " "
                + new String(body, StandardCharsets.UTF_8);
    }

    private String normal(String text) {
        String normal = text.replace(topic, "$t");
        for (int i = 0; i < ids.size(); i++) {
            normal = normal.replace(ids.get(i), "<id" + i + ">");
        }
        for (List<String> variable : VARIABLE) {
            normal = normal.replaceAll(variable.getFirst(), variable.getLast());
        }
        return normal;
    }

    // ---- HTTP ----

    private void ask(String text) throws IOException {
        int bar = text.indexOf('|');
        String request = fill(bar < 0 ? text : text.substring(0, bar));
        byte[] body = bar < 0 ? new byte[0] : bytes(text.substring(bar + 1));
        try (Socket socket = connect(at.http())) {
            String head = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                    + body.length
                    + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private void answer(String text) {
        int end = text.indexOf("\r\n\r\n");
        String head = end < 0 ? text : text.substring(0, end);
        String body = end < 0 ? "" : text.substring(end + 4);
        List<String> headers = head.lines().toList();
        said.append(headers.getFirst().replaceFirst("^HTTP/1.\\d (\\d+).*", "$1"));
        for (String name : new String[]{"content-type", "x-nsq-content-type"}) {
            headers.stream()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":"))
                    .forEach(line -> said.append(" [").append(line.substring(name.length() + 1).strip()).append(']'));
        }
        boolean chunked = head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked");
        said.append('\n').append(normal(chunked ? joined(body) : body)).append('\n');
    }

    private static String joined(String chunks) {
        StringBuilder all = new StringBuilder();
        String left = chunks;
        while (true) {
            int line = left.indexOf("\r\n");
            int length = line < 0 ? 0 : Integer.parseInt(left.substring(0, line).strip(), 16);
            if (length == 0) {
                return all.toString();
            }
            all.append(left, line + 2, line + 2 + length);
            left = left.substring(line + 4 + length);
        }
    }
}
