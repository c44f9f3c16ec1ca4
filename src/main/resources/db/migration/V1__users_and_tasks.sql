-- Every rule of the API that a single row can break is a constraint here too.
--
-- Text is compared by ICU collations named here, so that nothing depends on how the database was created:
-- "und-x-icu" alphabetises as people do (case and accents only break ties) and folds the case of every script.

create table users (
    id uuid primary key,
    email varchar(254) collate "und-x-icu" not null,
    hashed_password text not null,
    created_at timestamptz not null,
    constraint users_email_check check (char_length(email) > 0)
);

create unique index users_email_key on users (lower(email));

create function is_tag_list(tags varchar[]) returns boolean
    language sql immutable strict parallel safe
    as $$
        select count(*) <= 20
           and count(*) = count(distinct tag collate "C")
           and coalesce(bool_and(char_length(tag) > 0), true)
        from unnest(tags) as tag
    $$;

create table tasks (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    title varchar(200) collate "und-x-icu" not null,
    description varchar(10000) collate "und-x-icu",
    completed boolean not null,
    priority smallint not null,
    tags varchar(50)[] not null,
    due_at timestamptz,
    due_all_day boolean not null,
    completed_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint tasks_title_check check (char_length(title) > 0),
    constraint tasks_priority_check check (priority between 0 and 2),
    constraint tasks_tags_check check (is_tag_list(tags)),
    constraint tasks_completed_at_check check (completed = (completed_at is not null)),
    constraint tasks_due_all_day_check check (
        not due_all_day
        or (due_at is not null and due_at = date_trunc('day', due_at at time zone 'UTC') at time zone 'UTC'))
);
comment on column tasks.priority is '0 high, 1 medium, 2 low: most urgent first';
comment on column tasks.due_at is 'the moment, or the first one (UTC) of the day';

-- One index for each sort of GET /api/tasks; each is read in both directions.
create index tasks_by_created_at on tasks (user_id, created_at, id);
create index tasks_by_updated_at on tasks (user_id, updated_at, id);
create index tasks_by_title on tasks (user_id, title, id);
create index tasks_by_priority on tasks (user_id, priority, id);
create index tasks_by_due_at on tasks (user_id, due_at, id);
