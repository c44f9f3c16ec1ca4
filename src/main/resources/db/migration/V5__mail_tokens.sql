alter table users add email_verified_at timestamptz;

-- What was sent by mail to prove that somebody reads it: good once, and only its hash is kept.
create table mail_tokens (
    hash bytea primary key,
    user_id uuid not null references users on delete cascade,
    purpose varchar(20) not null,
    expires_at timestamptz not null
);

create index mail_tokens_by_user on mail_tokens (user_id);
create index mail_tokens_by_expiry on mail_tokens (expires_at);
