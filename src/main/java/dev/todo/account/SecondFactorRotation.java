package dev.todo.account;

import dev.todo.common.Secrets;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** While the service's secret is being replaced, sees at start to what is sealed under the other one; no other start pays for it. */
@ApplicationScoped
class SecondFactorRotation {

    private static final int LAST_SECONDS = 2;

    private CompletableFuture<Void> sealing = CompletableFuture.completedFuture(null);
    private volatile boolean isStopping;

    void onStart(@Observes StartupEvent started, Secrets secrets, SecondFactors factors, ExecutorService executor) {
        if (secrets.all().size() > 1) {
            sealing = CompletableFuture.runAsync(() -> factors.sealAllAnew(() -> isStopping), executor);
        }
    }

    /** Before the database is closed, which the one that is being sealed is still to be written to. */
    void onStop(@Observes ShutdownEvent stopped) {
        isStopping = true;
        sealing.completeOnTimeout(null, LAST_SECONDS, TimeUnit.SECONDS).join();
    }
}
