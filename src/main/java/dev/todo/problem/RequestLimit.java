package dev.todo.problem;

import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/**
 * Keeps requests that are worked on within the heap, also those whose clients have gone: nothing takes these out of the queue for
 * a thread, which has no limit of its own, since what it refuses would never end.
 */
public class RequestLimit {

    /** Each takes some 25 KB. */
    private static final int MAX = 1_000;

    /** Of bodies that are larger than most. */
    private static final int MAX_BYTES_OF_LARGE_BODIES = 16 << 20;

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytesOfLargeBodies = new AtomicLong();

    @ServerRequestFilter(preMatching = true)
    void admit(ResteasyReactiveContainerRequestContext context) {
        Place place = take(bytesOfLargeBody(context));
        var request = (ResteasyReactiveRequestContext) context.getServerRequestContext();
        request.setProperty(Place.class.getName(), place);
        request.registerCompletionCallback(failure -> place.release());
    }

    /** @throws ProblemException 503 if too many are taken */
    Place take(long bytesOfLargeBody) {
        var place = new Place(bytesOfLargeBody);
        boolean isRoomForBody = bytesOfLargeBody == 0 || bytesOfLargeBodies.get() <= MAX_BYTES_OF_LARGE_BODIES;
        if (requests.get() > MAX || !isRoomForBody) {
            place.release();
            throw ProblemException.unavailable("The service has too much to do at the moment.", RETRY);
        }
        return place;
    }

    private static long bytesOfLargeBody(ResteasyReactiveContainerRequestContext context) {
        String length = context.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        boolean isChunked = context.getHeaderString("Transfer-Encoding") != null;
        long bytes = length != null ? Long.parseLong(length) : isChunked ? RoutingProblems.MAX_BODY_BYTES : 0;
        return bytes > ConnectionGuard.FAIR_SHARE ? bytes : 0;
    }

    /** That of the request that is worked on by this thread. */
    public static Place place() {
        return (Place) CurrentRequestManager.get().getProperty(Place.class.getName());
    }

    /** Taken until all who hold it have released it. */
    public final class Place {

        private final long bytes;
        private final AtomicInteger holders = new AtomicInteger(1);

        private Place(long bytes) {
            this.bytes = bytes;
            requests.incrementAndGet();
            bytesOfLargeBodies.addAndGet(bytes);
        }

        /** For work that goes on when the request has ended because its client has gone. */
        public void hold() {
            holders.incrementAndGet();
        }

        public void release() {
            if (holders.decrementAndGet() == 0) {
                requests.decrementAndGet();
                bytesOfLargeBodies.addAndGet(-bytes);
            }
        }
    }
}
