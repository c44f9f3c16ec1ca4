package dev.todo.common;

import java.util.function.Supplier;
import org.jboss.logging.MDC;

/** Has what is logged on another thread bear the id of the request that it is done for. */
public final class LogContext {

    /** The name of the request's id in the log. */
    public static final String REQUEST_ID = "requestId";

    private LogContext() {}

    /** The same work, with the id that the calling thread has now. */
    public static <T> Supplier<T> carriedTo(Supplier<T> work) {
        Object requestId = MDC.get(REQUEST_ID);
        if (requestId == null) {
            return work;
        }
        return () -> {
            MDC.put(REQUEST_ID, requestId);
            try {
                return work.get();
            } finally {
                MDC.remove(REQUEST_ID);
            }
        };
    }
}
