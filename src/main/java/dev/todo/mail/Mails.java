package dev.todo.mail;

import dev.todo.problem.ProblemException;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.MailResult;
import io.vertx.ext.mail.StartTLSOptions;
import io.vertx.ext.mail.mailencoder.EmailAddress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Sends mail, where there is a server to send it by; in development it is logged instead. */
@ApplicationScoped
@Startup
// The client makes these by name; quarkus-mailer registers the same.
@RegisterForReflection(classNames = {"io.vertx.ext.mail.impl.sasl.AuthLogin", "io.vertx.ext.mail.impl.sasl.AuthPlain"})
public class Mails {

    private static final Logger LOG = Logger.getLogger(Mails.class);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Optional<MailClient> client;

    /** Of all mails: what a server says to a connection before another thread has told it who listens is lost. */
    private final Optional<Context> context;

    private final String from;
    private final String pages;
    private final Duration patience;

    @Inject
    Mails(
            Vertx vertx,
            @ConfigProperty(name = "SMTP_HOST") Optional<String> host,
            @ConfigProperty(name = "SMTP_PORT", defaultValue = "587") int port,
            @ConfigProperty(name = "SMTP_USERNAME") Optional<String> username,
            @ConfigProperty(name = "SMTP_PASSWORD") Optional<String> password,
            @ConfigProperty(name = "SMTP_TLS", defaultValue = "starttls") String tls,
            @ConfigProperty(name = "MAIL_FROM") Optional<String> from,
            @ConfigProperty(name = "PUBLIC_URL") Optional<String> pages) {
        this(vertx, host, port, username, password, tls, from, pages, PATIENCE);
    }

    Mails(
            Vertx vertx,
            Optional<String> host,
            int port,
            Optional<String> username,
            Optional<String> password,
            String tls,
            Optional<String> from,
            Optional<String> pages,
            Duration patience) {
        this.patience = patience;
        this.client = host.map(name -> MailClient.createShared(
                vertx,
                config(name, port, tls, patience)
                        .setUsername(username.orElse(null))
                        .setPassword(password.orElse(null))
                        // Else it sends without where the server offers no way that it knows.
                        .setLogin(username.isPresent() ? LoginOption.REQUIRED : LoginOption.NONE)));
        this.context = host.map(name -> vertx.getOrCreateContext());
        if (client.isPresent() && !from.filter(Mails::isAddress).isPresent()) {
            throw new ConfigurationException("SMTP_HOST is set, and MAIL_FROM is no address: who is the mail from?");
        }
        this.from = from.orElse("");
        this.pages = pages.map(url -> url.replaceFirst("/+$", "")).orElse("");
    }

    private static boolean isAddress(String text) {
        try {
            return !new EmailAddress(text).getEmail().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static MailConfig config(String host, int port, String tls, Duration patience) {
        if (port < 1 || port > 65_535) {
            throw new ConfigurationException("SMTP_PORT must be between 1 and 65535.");
        }
        var config = new MailConfig(host, port)
                .setHostnameVerificationAlgorithm("HTTPS")
                // Over TLS they are the best; the others hash with MD5.
                .setAuthMethods("PLAIN LOGIN")
                .setMaxPoolSize(2)
                // A connection that stays open shows in what the operating system counts, and so that there was a mail.
                .setKeepAlive(false)
                .setConnectTimeout((int) patience.toMillis())
                // Nobody else closes the connection to a server that has stopped answering, and there are only two.
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) patience.toMillis());
        return switch (tls) {
            case "starttls" -> config.setStarttls(StartTLSOptions.REQUIRED);
            case "implicit" -> config.setSsl(true);
            case "none" -> config.setStarttls(StartTLSOptions.DISABLED);
            default -> throw new ConfigurationException("SMTP_TLS must be starttls, implicit or none.");
        };
    }

    /** Whether there is a way to send anything. */
    public boolean areOn() {
        return client.isPresent() || LaunchMode.current() == LaunchMode.DEVELOPMENT;
    }

    /**
     * Ends a request that needs mail where there is none.
     *
     * @throws ProblemException 501
     */
    public void require() {
        if (!areOn()) {
            throw ProblemException.notAvailable("This service is not set up to send mail.");
        }
    }

    /**
     * Sends a mail with a token, and with a link to the page of the front end that takes it. Where the front end is, the
     * configuration says: what a request says of it, its sender made up. A failure is logged.
     */
    public void send(String to, String subject, String text, String page, String token) {
        String link = pages.isEmpty() ? "" : "\n\n" + pages + "/" + page + "#" + token;
        String body = text + link + "\n\nThe code is: " + token + "\n";
        if (client.isEmpty()) {
            LOG.infof("A mail to %s: %s%n%s", to, subject, body);
            return;
        }
        try {
            var sent = new CompletableFuture<MailResult>();
            context.get().runOnContext(start -> {
                try {
                    // What the client makes of a long address has a bare line feed in it, which servers refuse.
                    var mail = new MailMessage(from, to, subject, body)
                            .addHeader("To", to)
                            .addHeader("Message-ID", messageId());
                    client.get().sendMail(mail).onComplete(sent::complete, sent::completeExceptionally);
                } catch (RuntimeException e) {
                    sent.completeExceptionally(e);
                }
            });
            sent.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            // What it says often has the address in it.
            LOG.errorf(
                    "A mail was not sent: %s",
                    (e.getCause() == null ? e : e.getCause()).getClass().getName());
        } catch (InterruptedException e) {
            LOG.error("A mail was perhaps not sent: the service ends");
            Thread.currentThread().interrupt();
        }
    }

    /** The client's own has a count in it, which tells whoever gets two mails whether somebody else got one between them. */
    private String messageId() {
        String sender = new EmailAddress(from).getEmail();
        return "<" + UUID.randomUUID() + sender.substring(sender.lastIndexOf('@')) + ">";
    }
}
