-- A log-in makes a session; the jti of its access tokens is its id. What has ended is deleted.

create table sessions (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    user_agent varchar(200),
    address varchar(45) not null,
    generation integer not null,
    retired_at timestamptz[] not null
);
comment on column sessions.last_used_at is 'to the minute';
comment on column sessions.generation is 'of the tokens that are current: how often they were refreshed';
comment on column sessions.retired_at is 'when the generations before were retired, the latest last';

create index sessions_by_user on sessions (user_id, last_used_at);
create index sessions_by_last_use on sessions (last_used_at);
