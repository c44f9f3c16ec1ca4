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

    /** What a task has besides its texts: names of fields, times, an id. */
    private static final int BYTES_OF_A_TASK = 400;

    /** While a document is made, there are its parts, and then another copy. */
    private static final int COPIES = 2;

    private static final int LARGE = 32 << 10;

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
        var request = (ResteasyReactiveRequestContext) context;
        int size = sizeOf(page);
        if (size < LARGE) {
            context.serverResponse().end(mapper.writeValueAsBytes(page));
            forget(request);
            return;
        }
        var routing = request.serverRequest().unwrap(RoutingContext.class);
        var room = pages.take(user.id(), COPIES * size);
        boolean isUnderWay = false;
        try {
            byte[] document = mapper.writeValueAsBytes(page);
            context.serverResponse()
                    .setResponseHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(document.length))
                    .write(document, failure -> room.giveBack())
                    .end();
            forget(request);
            room.isWritten(document.length, () -> Connections.close(routing));
            isUnderWay = true;
        } finally {
            if (!isUnderWay) {
                room.giveBack();
            }
        }
    }

    /** The request keeps what it was answered until that is taken, with all tasks. */
    private static void forget(ResteasyReactiveRequestContext request) {
        request.setResult(null);
        request.setResponse(null);
    }

    /** In bytes, or rather more. */
    private static int sizeOf(TaskPage page) {
        int size = 0;
        for (TaskView task : page.items()) {
            size += BYTES_OF_A_TASK + sizeOf(task.title());
            size += task.description() == null ? 0 : sizeOf(task.description());
            size += task.tags().stream().mapToInt(TaskPageWriter::sizeOf).sum();
        }
        return size;
    }

    /** As Jackson writes it: in UTF-8, a control character as six bytes (RFC 8259, section 7). */
    private static int sizeOf(String text) {
        int size = "\"\",".length();
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter < ' ') {
                size += 6;
            } else if (letter < 0x80) {
                size += letter == '"' || letter == '\\' ? 2 : 1;
            } else {
                size += letter < 0x800 || Character.isSurrogate(letter) ? 2 : 3;
            }
        }
        return size;
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
