package dev.todo.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Clients that ask and do not read. */
public final class UnreadConnections implements AutoCloseable {

    private final List<Socket> sockets = new ArrayList<>();

    /** Opens so many, on the loopback interface. */
    public UnreadConnections(int port, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            sockets.add(connect(port));
        }
    }

    /** Has each send its requests. */
    public void send(IntFunction<String> requests) {
        for (int i = 0; i < sockets.size(); i++) {
            send(sockets.get(i), requests.apply(i));
        }
    }

    /** Has each say that it sends nothing more. */
    public void shutDownOutput() throws IOException {
        for (Socket socket : sockets) {
            socket.shutdownOutput();
        }
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private static void send(Socket socket, String requests) {
        try {
            socket.getOutputStream().write(requests.getBytes(US_ASCII));
        } catch (IOException e) {
            // The service has closed it.
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
