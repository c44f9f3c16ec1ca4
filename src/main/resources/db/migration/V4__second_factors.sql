create table second_factors (
    user_id uuid primary key references users on delete cascade,
    sealed_secret bytea not null,
    confirmed boolean not null,
    last_step bigint not null
);
comment on column second_factors.last_step is 'of time, that a code was used of: none is good twice';

create table recovery_codes (
    user_id uuid not null references second_factors on delete cascade,
    hash bytea not null,
    primary key (user_id, hash)
);
