package dev.todo.task;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.problem.ProblemException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Duration;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Writes pages of tasks, and keeps no thread waiting for who reads slowly: the usual writer does until all of it is on its
 * way, so that some dozens who ask and do not read would end the service for everybody.
 */
@Provider
class TaskPageWriter implements ServerMessageBodyWriter<TaskPage> {

    private static final int LARGE = 64 << 10;

    /** Per character: two as text, and two for each of two copies of the document, or rather more of one. */
    private static final int BYTES_PER_CHARACTER = 6;

    private static final Duration TIME_TO_READ = Duration.ofSeconds(30);

    private final ObjectMapper mapper;
    private final ListMemory memory;
    private final RoutingContext routing;

    TaskPageWriter(ObjectMapper mapper, ListMemory memory, RoutingContext routing) {
        this.mapper = mapper;
        this.memory = memory;
        this.routing = routing;
    }

    /** @throws ProblemException 503 if too many large pages are on their way */
    @Override
    public void writeResponse(TaskPage page, Type type, ServerRequestContext context) throws IOException {
        int characters = characters(page);
        if (characters < LARGE) {
            byte[] document = mapper.writeValueAsBytes(page);
            if (document.length < LARGE) {
                context.serverResponse().end(document);
            } else {
                // Made of characters that take six bytes each
                write(document, memory.take(document.length), context);
            }
            return;
        }
        var room = memory.take(characters * BYTES_PER_CHARACTER);
        boolean isUnderWay = false;
        try {
            byte[] document = mapper.writeValueAsBytes(page);
            room.shrinkTo(document.length);
            write(document, room, context);
            isUnderWay = true;
        } finally {
            if (!isUnderWay) {
                room.giveBack();
            }
        }
    }

    private void write(byte[] document, ListMemory.Room room, ServerRequestContext context) {
        var vertx = routing.vertx();
        var connection = routing.request().connection();
        long timer = vertx.setTimer(TIME_TO_READ.toMillis(), late -> connection.close());
        context.serverResponse()
                .setResponseHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(document.length))
                .write(document, failure -> {
                    vertx.cancelTimer(timer);
                    room.giveBack();
                })
                .end();
    }

    private static int characters(TaskPage page) {
        int characters = 0;
        for (TaskView task : page.items()) {
            characters += task.title().length();
            characters += task.description() == null ? 0 : task.description().length();
            characters += task.tags().stream().mapToInt(String::length).sum();
        }
        return characters;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, ResteasyReactiveResourceInfo resource, MediaType media) {
        return type == TaskPage.class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType media) {
        return type == TaskPage.class;
    }

    @Override
    public void writeTo(
            TaskPage page,
            Class<?> type,
            Type generic,
            Annotation[] annotations,
            MediaType media,
            MultivaluedMap<String, Object> headers,
            OutputStream output)
            throws IOException {
        mapper.writeValue(output, page);
    }
}
