package dev.todo.task;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.account.CurrentUser;
import dev.todo.common.Connections;
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
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Writes pages of tasks, and keeps no thread waiting for who reads slowly: the usual writer does until all of it is on its
 * way, so that some dozens who ask and do not read would end the service for everybody.
 */
@Provider
class TaskPageWriter implements ServerMessageBodyWriter<TaskPage> {

    /**
     * Per character: two as text, and two for each of two copies of the document, or rather more of one; a control character
     * is written as six.
     */
    private static final int BYTES_PER_CHARACTER = 6;

    /** In characters. */
    private static final int LARGE = (64 << 10) / BYTES_PER_CHARACTER;

    private final ObjectMapper mapper;
    private final PagesUnderWay pages;
    private final CurrentUser user;

    TaskPageWriter(ObjectMapper mapper, PagesUnderWay pages, CurrentUser user) {
        this.mapper = mapper;
        this.pages = pages;
        this.user = user;
    }

    /** @throws ProblemException 503 if too many large pages are on their way */
    @Override
    public void writeResponse(TaskPage page, Type type, ServerRequestContext context) throws IOException {
        int characters = characters(page);
        if (characters < LARGE) {
            context.serverResponse().end(mapper.writeValueAsBytes(page));
            return;
        }
        var routing = ((ResteasyReactiveRequestContext) context).serverRequest().unwrap(RoutingContext.class);
        var room = pages.take(user.id(), characters * BYTES_PER_CHARACTER);
        boolean isUnderWay = false;
        try {
            byte[] document = mapper.writeValueAsBytes(page);
            context.serverResponse()
                    .setResponseHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(document.length))
                    .write(document, failure -> room.giveBack())
                    .end();
            room.isWritten(document.length, () -> Connections.close(routing));
            isUnderWay = true;
        } finally {
            if (!isUnderWay) {
                room.giveBack();
            }
        }
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
