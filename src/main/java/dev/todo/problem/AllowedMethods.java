package dev.todo.problem;

/**
 * The methods of each address, for the {@code Allow} header that a 405 must have (RFC 9110, section 15.5.6) and RESTEasy
 * Reactive leaves out. A test holds it against the OpenAPI document.
 */
final class AllowedMethods {

    private AllowedMethods() {}

    static String of(String path) {
        return switch (path.replaceFirst("(?<=.)/$", "")) {
            case "/auth/signup", "/auth/login" -> "POST, OPTIONS";
            case "/auth/me" -> "GET, HEAD, OPTIONS";
            case "/api/tasks" -> "GET, HEAD, POST, OPTIONS";
            default -> path.endsWith("/complete") ? "PATCH, OPTIONS" : "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";
        };
    }
}
