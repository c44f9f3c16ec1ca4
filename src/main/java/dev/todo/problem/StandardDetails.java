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
            case 408 -> "The request did not arrive in time.";
            case 413 -> "The body is over 256 KiB.";
            case 414 -> "The address is over 32 KiB, or its path over 1,000 characters.";
            case 415 -> "The body is not of a media type that this address takes; send application/json.";
            case 429 -> "Too many requests were sent ahead of their answers.";
            case 431 -> "The headers, or one of them, are too large.";
            case 500 -> "Something went wrong on our side.";
            case 503 -> "Too much is being sent at the moment.";
            case 505 -> "This service speaks HTTP/1.1.";
            default -> "The request failed.";
        };
    }
}
