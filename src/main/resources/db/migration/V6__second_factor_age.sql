alter table second_factors add confirmed_at timestamptz;
update second_factors set confirmed_at = now() where confirmed;
alter table second_factors drop column confirmed;
comment on column second_factors.confirmed_at is
    'from when on it counts, null before; one older than the proof of its user''s address may be somebody else''s';
