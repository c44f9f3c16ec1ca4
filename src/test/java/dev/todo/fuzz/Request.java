package dev.todo.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A request that may be malformed in any way but one: where it ends is clear. Every character is a byte.
 *
 * @param query without the question mark; null for none
 * @param authorization the header's value; null for none
 * @param headers others
 * @param body null for none
 * @param allowed the statuses that it may be answered with
 */
record Request(
        String method,
        String path,
        String query,
        String authorization,
        Map<String, String> headers,
        String body,
        Set<Integer> allowed) {

    static Request get(String path, String query, String authorization, Integer... allowed) {
        return new Request("GET", path, query, authorization, Map.of(), null, Set.of(allowed));
    }

    static Request send(
            String method, String path, String authorization, String mediaType, String body, Integer... allowed) {
        return new Request(method, path, null, authorization, Map.of("Content-Type", mediaType), body, Set.of(allowed));
    }

    Request with(String header, String value) {
        var all = new TreeMap<>(headers);
        all.put(header, value);
        return new Request(method, path, query, authorization, all, body, allowed);
    }

    Request allowing(Integer... statuses) {
        return new Request(method, path, query, authorization, headers, body, Set.of(statuses));
    }

    private Request withQuery(String shorter) {
        return new Request(method, path, shorter, authorization, headers, body, allowed);
    }

    private Request withAuthorization(String shorter) {
        return new Request(method, path, query, shorter, headers, body, allowed);
    }

    private Request withBody(String shorter) {
        return new Request(method, path, query, authorization, headers, shorter, allowed);
    }

    /** Text as the bytes of its UTF-8, each a character. */
    static String utf8(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    byte[] bytes() {
        var text = new StringBuilder(method).append(' ').append(path);
        if (query != null) {
            text.append('?').append(query);
        }
        text.append(" HTTP/1.1\r\nHost: localhost\r\n");
        if (authorization != null) {
            text.append("Authorization: ").append(authorization).append("\r\n");
        }
        headers.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        if (body != null) {
            text.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        text.append("\r\n");
        if (body != null) {
            text.append(body);
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    /** A command that sends it to a service on port 8080. */
    String command() {
        var escaped = new StringBuilder();
        for (byte b : bytes()) {
            if (b == '\r') {
                escaped.append("\\r");
            } else if (b == '\n') {
                escaped.append("\\n");
            } else if (b < ' ' || b > '~' || b == '\'' || b == '\\') {
                escaped.append("\\x%02x".formatted(b & 0xff));
            } else {
                escaped.append((char) b);
            }
        }
        return "printf '%b' '" + escaped + "' | nc localhost 8080";
    }

    /** A request that is still such a one and has no part that it could do without, as far as some hundred tries tell. */
    Request smallest(Predicate<Request> stillFails) {
        int[] tries = {400};
        Predicate<Request> fails = request -> tries[0]-- > 0 && stillFails.test(request);
        Request smallest = this;
        for (String header : List.copyOf(headers.keySet())) {
            var fewer = new TreeMap<>(smallest.headers);
            fewer.remove(header);
            var without = new Request(method, path, query, authorization, fewer, body, allowed);
            smallest = fails.test(without) ? without : smallest;
        }
        if (body != null) {
            Request base = smallest;
            smallest = base.withBody(shortest(body, text -> fails.test(base.withBody(text))));
        }
        if (query != null) {
            Request base = smallest;
            smallest = base.withQuery(shortest(query, text -> fails.test(base.withQuery(text))));
        }
        if (authorization != null) {
            Request base = smallest;
            smallest =
                    base.withAuthorization(shortest(authorization, text -> fails.test(base.withAuthorization(text))));
        }
        return smallest;
    }

    /** Cuts out ranges, from half of the text down to one character. */
    private static String shortest(String text, Predicate<String> fails) {
        String shortest = text;
        for (int length = Math.max(1, text.length() / 2); length > 0; length /= 2) {
            int from = 0;
            while (from < shortest.length()) {
                String cut =
                        shortest.substring(0, from) + shortest.substring(Math.min(shortest.length(), from + length));
                if (fails.test(cut)) {
                    shortest = cut;
                } else {
                    from += length;
                }
            }
        }
        return shortest;
    }
}
