package dev.todo.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads {@code Forwarded} (RFC 7239, section 4). Quoted strings may hold commas and semicolons, and part of them, the host
 * for one, is the client's choice: what is not exactly as the grammar has it is not believed.
 */
final class ForwardedElements {

    private static final Pattern TOKEN = Pattern.compile("[\\w!#$%&'*+.^`|~-]+");

    /** Proxies also leave out the quotes of addresses and ports, which need them. */
    private static final Pattern UNQUOTED = Pattern.compile("[^\\s\"\\\\]+");

    private ForwardedElements() {}

    /** The {@code for} of each element of one header; empty where there is none, or the element is malformed. */
    static List<String> clientsOf(String header) {
        return split(header, ',').stream()
                .map(element -> clientOf(element).orElse(""))
                .toList();
    }

    private static Optional<String> clientOf(String element) {
        Optional<String> client = Optional.empty();
        for (String pair : split(element, ';')) {
            if (pair.isBlank()) {
                continue;
            }
            String[] parts = pair.strip().split("=", 2);
            Optional<String> value =
                    parts.length == 2 && TOKEN.matcher(parts[0]).matches() ? valueOf(parts[1]) : Optional.empty();
            boolean isClient = parts[0].equalsIgnoreCase("for");
            if (value.isEmpty() || (isClient && client.isPresent())) {
                return Optional.empty();
            }
            client = isClient ? value : client;
        }
        return client;
    }

    private static Optional<String> valueOf(String text) {
        if (text.startsWith("\"")) {
            return unquote(text);
        }
        return UNQUOTED.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }

    private static Optional<String> unquote(String text) {
        var value = new StringBuilder();
        int i = 1;
        while (i < text.length() && text.charAt(i) != '"') {
            if (text.charAt(i) == '\\') {
                i++;
            }
            if (i < text.length()) {
                value.append(text.charAt(i));
            }
            i++;
        }
        return i == text.length() - 1 ? Optional.of(value.toString()) : Optional.empty();
    }

    /** A quote that is left open goes on to the end, so that the last part is malformed. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean isQuoted = false;
        int start = 0;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '"') {
                isQuoted = !isQuoted;
            } else if (c == '\\' && isQuoted) {
                i++;
            } else if (c == separator && !isQuoted) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
            i++;
        }
        parts.add(text.substring(start));
        return parts;
    }
}
