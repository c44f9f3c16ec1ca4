package dev.todo.account;

import dev.todo.common.Secrets;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.ExecutorService;

/** While the service's secret is being replaced, sees at start to what is sealed under the other one; no other start pays for it. */
@ApplicationScoped
class SecondFactorRotation {

    void onStart(@Observes StartupEvent started, Secrets secrets, SecondFactors factors, ExecutorService executor) {
        if (secrets.all().size() > 1) {
            executor.execute(factors::sealAllAnew);
        }
    }
}
