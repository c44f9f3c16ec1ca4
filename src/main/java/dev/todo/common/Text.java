package dev.todo.common;

/** What people type. */
public final class Text {

    private Text() {}

    /**
     * Without white space on either side, or null for null. Unlike {@link String#strip} it also takes non-breaking spaces for
     * white space, as browsers do when they trim.
     */
    public static String trim(String text) {
        if (text == null) {
            return null;
        }
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    /** Its first chars: enough to see that it is too long, and little enough to look at it closely. */
    public static String first(int chars, String text) {
        return text == null || text.length() <= chars ? text : text.substring(0, chars);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\uFEFF';
    }
}
