package dev.todo.account;

import jakarta.enterprise.context.ApplicationScoped;

/** What is kept of a user beside the tasks. Passwords, secrets and codes are kept as hashes or sealed, and are no data about anybody. */
@ApplicationScoped
public class AccountExport {

    private final Accounts accounts;
    private final Sessions sessions;
    private final MailProofs proofs;

    AccountExport(Accounts accounts, Sessions sessions, MailProofs proofs) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.proofs = proofs;
    }

    /** The parts, each as it is on the wire elsewhere. */
    public record Data(Object account, Object security, Object sessions, Object mailedTokens) {}

    /** All of the user of this request. */
    public Data of(CurrentUser user) {
        return new Data(
                user.caller().account(),
                accounts.security(user.id()),
                sessions.listKept(user.caller()),
                proofs.list(user.id()));
    }
}
