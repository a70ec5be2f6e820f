package io.openclaw.gateway.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One keep-alive connection that posts the same call again and again: as little of a client as HTTP/1.1 allows. */
final class HttpCaller implements Load.Caller {
    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[16 * 1024];
    private int at;
    private int end;
    private final byte[] request;
    private final String expected;

    /**
     * @param headers what is sent beside the usual; each ends with a line break
     * @param expected what a good answer contains
     */
    HttpCaller(int port, String path, String headers, String body, String expected) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(65_000);
        in = socket.getInputStream();
        this.expected = expected;
        request = ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers
                        + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void call() throws IOException {
        socket.getOutputStream().write(request);
        String status = line();
        int length = -1;
        boolean chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        String body = chunked ? chunks() : read(length);
        if (!status.contains(" 200") || !body.contains(expected)) {
            throw new IOException(status + ": " + body);
        }
    }

    private String chunks() throws IOException {
        var body = new StringBuilder();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            body.append(read(size));
            line();
        }
        line();
        return body.toString();
    }

    private String read(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int have = 0; have < length; ) {
            fillIfEmpty();
            int part = Math.min(length - have, end - at);
            System.arraycopy(buffer, at, bytes, have, part);
            at += part;
            have += part;
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        while (true) {
            fillIfEmpty();
            int start = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            line.append(new String(buffer, start, at - start, StandardCharsets.US_ASCII));
            if (at < end) {
                at++;
                return line.toString().strip();
            }
        }
    }

    private void fillIfEmpty() throws IOException {
        if (at == end) {
            at = 0;
            end = in.read(buffer);
            if (end < 0) {
                throw new EOFException("the gateway closed the connection");
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
