package dev.todo.account;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class SignUpTest extends ApiTest {

    @Test
    void makesAnAccountThatShowsNoPassword() {
        String email = newEmail();
        anonymous()
                .body(Map.of("email", email, "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .body("size()", equalTo(3))
                .body("email", equalTo(email))
                .body("id", matchesPattern("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"))
                .body("created_at", matchesPattern("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z"));
    }

    @Test
    void trimsTheAddressAndComparesItWithoutRegardToCase() {
        String email = newEmail();
        signUp("  " + email + "\n", PASSWORD, 201);
        signUp(email.toUpperCase(Locale.ROOT), PASSWORD, 409);
        logIn(" " + email.toUpperCase(Locale.ROOT), PASSWORD);
    }

    @Test
    void comparesAddressesWithoutRegardToCaseInEveryScript() {
        String name = newEmail();
        signUp("élodie.ж-" + name, PASSWORD, 201);
        signUp("ÉLODIE.Ж-" + name, PASSWORD, 409);
    }

    /** Kelvin sign, long s, dotted and dotless i: the address would be taken before its owner signs up, or look like it. */
    @ParameterizedTest
    @ValueSource(strings = {"\u212A", "\u017F", "\u0130", "\u0131"})
    void aLetterThatBecomesAnotherOneInUpperOrLowerCaseTakesNobodysAddress(String letter) {
        String rest = newEmail();
        anonymous()
                .body(Map.of("email", letter + rest, "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .spec(problem(400))
                .body("errors.field", contains("email"));
        signUp("k" + rest, PASSWORD, 201);
        signUp("stra\u00dfe-" + rest, PASSWORD, 201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1b3d5f7h",
                "        ",
                " leading and trailing ",
                "😀😀😀😀😀😀😀😀",
                "pässwörd \u202E עברית",
                "'; drop table users; --"
            })
    void takesPasswordsAsTyped(String password) {
        String email = newEmail();
        signUp(email, password, 201);
        logIn(email, password);
        refuseLogIn(email, password.strip() + "x");
        if (!password.strip().equals(password)) {
            refuseLogIn(email, password.strip());
        }
    }

    @Test
    void countsCharactersAndNotBytesOfPasswords() {
        signUp(newEmail(), "😀".repeat(128), 201);
        signUp(newEmail(), "😀".repeat(129), 400);
        signUp(newEmail(), "😀".repeat(7), 400);
        signUp(newEmail(), "a".repeat(128), 201);
        signUp(newEmail(), "a".repeat(129), 400);
    }

    @Test
    void doesNotCutPasswordsThatAreLongerThanBcryptReads() {
        String email = newEmail();
        String long1 = "a".repeat(72) + "1";
        String long2 = "a".repeat(72) + "2";
        signUp(email, long1, 201);
        logIn(email, long1);
        refuseLogIn(email, long2);
        refuseLogIn(email, "a".repeat(72));
    }

    @Test
    void takesAnAddressOf254CharactersAndNoLongerOne() {
        String domain = ("." + "d".repeat(60)).repeat(3) + ".example";
        String local = newEmail().substring(0, 36);
        String longest = local + "@" + "d".repeat(254 - 37 - domain.length()) + domain;
        assertEquals(254, longest.length());
        signUp(longest, PASSWORD, 201);
        anonymous()
                .body(Map.of("email", "x" + longest, "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .spec(problem(400))
                .body("errors.field", hasItem("email"));
    }

    @Test
    void addressesThatDifferInMoreThanCaseAreDifferent() {
        String name = newEmail();
        signUp("ada2" + name, PASSWORD, 201);
        signUp("ada²" + name, PASSWORD, 201);
        signUp("adа2" + name, PASSWORD, 201); // a Cyrillic а
        signUp("áda2" + name, PASSWORD, 201);
        refuseLogIn("ada2\u200B" + name, PASSWORD);
        refuseLogIn("ａda2" + name, PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "ada", "@example.org", "ada@", "a b@example.org", "ada@exa mple.org", "a@b@c"})
    void refusesWhatIsNoAddress(String email) {
        anonymous()
                .body(Map.of("email", email, "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .spec(problem(400))
                .body("errors.field", equalTo(Collections.singletonList("email")));
    }

    @Test
    void namesAllWrongFieldsAtOnce() {
        Map<String, Object> input = new HashMap<>();
        input.put("email", 5);
        input.put("password", "short");
        input.put("pasword", "correct horse");
        anonymous()
                .body(input)
                .post("/auth/signup")
                .then()
                .spec(problem(400))
                .body("errors.size()", equalTo(3))
                .body("errors.find { it.field == 'email' }.message", equalTo("must be a string"))
                .body("errors.find { it.field == 'password' }.message", equalTo("must have 8 to 128 characters"))
                .body("errors.find { it.field == 'pasword' }.message", equalTo("is not a known field"));
    }

    @Test
    void simultaneousSignUpsWithOneAddressMakeOneAccount() {
        String email = newEmail();
        List<Integer> statuses = statusCodes(atOnce(
                50,
                i -> anonymous()
                        .body(Map.of(
                                "email", i % 2 == 0 ? email : email.toUpperCase(Locale.ROOT), "password", PASSWORD))
                        .post("/auth/signup")));
        assertEquals(1, Collections.frequency(statuses, 201), statuses::toString);
        assertEquals(49, Collections.frequency(statuses, 409), statuses::toString);
        assertEquals(
                "1",
                Database.underTest()
                        .query("select count(*) from users where lower(email) = ?", email)
                        .get(0));
    }

    @Test
    void storesPasswordsAsBcryptSha256() {
        String email = newEmail();
        signUp(email, PASSWORD, 201);
        String hash = Database.underTest()
                .query("select hashed_password from users where lower(email) = ?", email)
                .get(0);
        assertEquals(
                true, hash.matches("\\$bcrypt-sha256\\$v=2,t=2b,r=10\\$[./A-Za-z0-9]{22}\\$[./A-Za-z0-9]{31}"), hash);
    }

    private static void signUp(String email, String password, int status) {
        anonymous()
                .body(Map.of("email", email, "password", password))
                .post("/auth/signup")
                .then()
                .statusCode(status);
    }

    private static void refuseLogIn(String email, String password) {
        anonymous()
                .body(Map.of("email", email, "password", password))
                .post("/auth/login")
                .then()
                .spec(problem(401));
    }
}
