package dev.todo.task;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.todo.json.TextDeserializer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * When a task is due: at a moment, or on a day, whatever the time zone.
 *
 * @param start the moment, to the microsecond; or the first one of the day in UTC
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3339#section-5.6">RFC 3339, section 5.6</a>
 */
@Schema(
        type = SchemaType.STRING,
        description = "A day (all day, whatever the time zone), or a moment (RFC 3339), given back in UTC.",
        examples = {"2026-12-01", "2026-12-01T16:00:00Z"})
@JsonDeserialize(using = DueDate.Deserializer.class)
record DueDate(Instant start, boolean allDay) {

    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

    private static final Pattern MOMENT =
            Pattern.compile(DAY + "[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})");

    /** @throws IllegalArgumentException if it is neither; the message completes "due_date …" */
    static DueDate parse(String text) {
        try {
            if (DAY.matcher(text).matches()) {
                return inRange(new DueDate(
                        LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant(), true));
            }
            if (MOMENT.matcher(text).matches()) {
                var moment = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
                return inRange(new DueDate(moment, false));
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("must be a day or a moment that exists", e);
        }
        throw new IllegalArgumentException("must be a day (2026-12-01) or a moment (2026-12-01T17:00:00+01:00)");
    }

    /** RFC 3339 writes years with four digits, and in UTC the moment may fall into a neighbouring one. */
    private static DueDate inRange(DueDate date) {
        int year = date.start.atOffset(ZoneOffset.UTC).getYear();
        if (year < 1 || year > 9999) {
            throw new IllegalArgumentException("must be in the years 0001 to 9999 (UTC)");
        }
        return date;
    }

    /** The first moment that is no longer part of it. */
    Instant end() {
        return allDay ? start.plus(1, ChronoUnit.DAYS) : start.plus(1, ChronoUnit.MICROS);
    }

    @JsonValue
    @Override
    public String toString() {
        return allDay ? LocalDate.ofInstant(start, ZoneOffset.UTC).toString() : start.toString();
    }

    static final class Deserializer extends TextDeserializer<DueDate> {

        Deserializer() {
            super(DueDate.class);
        }

        @Override
        protected DueDate parse(String text) {
            return DueDate.parse(text);
        }
    }
}
