alter table users add password_normalized boolean not null default false;
comment on column users.password_normalized is 'whether the hash is of the NFKC form of the password';

-- How often somebody failed, or did what only a few times is usual: keys are hashes of what is counted.
create table throttles (
    key uuid primary key,
    level double precision not null,
    counted_at timestamptz not null,
    blocked_until timestamptz,
    forgotten_at timestamptz not null
);
comment on column throttles.level is 'at counted_at; it sinks with time';

create index throttles_by_forgotten_at on throttles (forgotten_at);
