package dev.todo.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.Mailbox;
import dev.todo.testing.SqlLog;
import io.quarkus.test.junit.QuarkusTest;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What it costs to find out whose request it is. */
@QuarkusTest
class AuthenticationCostTest extends ApiTest {

    @Test
    void oneQueryByPrimaryKeysFindsSessionAndUser() throws Exception {
        var user = newUser();
        // What is done in the background after signing up would be counted.
        Mailbox.awaitToken(user.email(), "Is this your address?");
        Database.underTest()
                .query("insert into sessions select gen_random_uuid(), user_id, created_at, last_used_at, null,"
                        + " address, 0, '{}' from sessions, generate_series(1, 20000) where id = '"
                        + sessionOf(user.token()) + "'");
        try {
            Database.underTest().query("analyze sessions");
            Database.underTest().query("analyze users");
            SqlLog.clear();
            user.client().get("/auth/me").then().statusCode(200);
            // At the turn of a minute a session's last use is written, which no request waits for.
            var statements = SqlLog.statements().stream()
                    .filter(sql -> !sql.startsWith("update sessions s1_0 set last_used_at="))
                    .toList();
            assertEquals(1, statements.size(), statements::toString);
            try (var connection = Database.underTest().connect();
                    var settings = connection.createStatement();
                    var explain = connection.prepareStatement("explain " + statements.get(0))) {
                // A table of a handful of users is read as a whole.
                settings.execute("set enable_seqscan = off");
                explain.setObject(1, UUID.fromString(sessionOf(user.token())));
                var plan = new StringBuilder();
                for (var rows = explain.executeQuery(); rows.next(); ) {
                    plan.append(rows.getString(1)).append('\n');
                }
                assertTrue(plan.indexOf("sessions_pkey") > 0 && plan.indexOf("users_pkey") > 0, plan::toString);
            }
        } finally {
            Database.underTest().query("delete from sessions where user_id = ?", UUID.fromString(user.id()));
        }
    }
}
