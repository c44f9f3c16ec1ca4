alter table second_factors add confirmed_at timestamptz;
comment on column second_factors.confirmed_at is 'one that is older than the proof of its user''s address may be somebody else''s';
