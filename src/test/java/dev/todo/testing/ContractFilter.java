package dev.todo.testing;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.restassured.RestAssuredRequest;
import com.atlassian.oai.validator.restassured.RestAssuredResponse;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.nio.file.Path;

/**
 * Holds what the service answers, and what it accepts, against the OpenAPI document: the status, the headers and the body of
 * every answer, and the request too if it was successful.
 */
final class ContractFilter implements Filter {

    private static final OpenApiInteractionValidator CONTRACT = OpenApiInteractionValidator.createForSpecificationUrl(
                    Path.of("docs", "openapi.yaml").toUri().toString())
            .build();

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification response, FilterContext context) {
        Response answer = context.next(request, response);
        if (answer.statusCode() == 404 || answer.statusCode() == 405) {
            // The document has no such path or operation; a task that does not exist is the same problem as these.
            return answer;
        }
        var sent = RestAssuredRequest.of(request);
        var received = RestAssuredResponse.of(answer);
        var report = answer.statusCode() < 300
                ? CONTRACT.validate(sent, received)
                : CONTRACT.validateResponse(sent.getPath(), sent.getMethod(), received);
        if (report.hasErrors()) {
            throw new AssertionError("Not what docs/openapi.yaml says: " + report.getMessages());
        }
        return answer;
    }
}
