package dev.todo.problem;

/** The sentence that explains a status when nothing better is known. */
final class StandardDetails {

    private StandardDetails() {}

    static String of(int status) {
        return switch (status) {
            case 400 -> "The request is malformed.";
            case 404 -> "There is nothing at this address.";
            case 405 -> "This address does not support the method; see the Allow header.";
            case 406 ->
                "None of the media types in the Accept header is available; this service speaks application/json.";
            case 408 -> "The body did not arrive in time.";
            case 413 -> "The body is over 256 KiB.";
            case 415 -> "The body is not of a media type that this address takes; send application/json.";
            case 500 -> "Something went wrong on our side.";
            default -> "The request failed.";
        };
    }
}
