package dev.todo.client;

/**
 * Where a request comes from.
 *
 * @param address an IP address
 * @param userAgent what the client says that it is, or null
 */
public record Client(String address, String userAgent) {}
