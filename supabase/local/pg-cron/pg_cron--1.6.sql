-- pg_cron without its background worker: the same tables, signatures, rights and words. What the worker does in
-- C, the stand-in's process does (cron.ts): it reads cron.job and runs what is due. Facts from pg_cron 1.6.

create schema cron;
create sequence cron.jobid_seq;
create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  -- PGlite has no port.
  nodeport int not null default coalesce(inet_server_port(), 5432),
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);

create sequence cron.runid_seq;
create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid integer,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

create function cron.job_cache_invalidate() returns trigger language plpgsql as $$
begin
  perform pg_notify('pg_cron_wake', '');
  return null;
end
$$;
comment on function cron.job_cache_invalidate() is 'invalidate job cache';
create trigger cron_job_cache_invalidate after insert or update or delete or truncate on cron.job
  for each statement execute function cron.job_cache_invalidate();

-- What one field of a schedule means: the numbers from `low` to `high` it names, or null when it is wrong. As in
-- Vixie's cron a step needs a range, and what follows an element without being part of it is passed over.
create function cron._field(field text, low int, high int, names text[]) returns int[]
language plpgsql immutable set search_path = '' as $$
declare
  numbers int[] := '{}';
  rest text := lower(field) || ',';
  number constant text := '([0-9a-z]+)';
  part text[];
  first int;
  last int;
  step int;
begin
  while rest <> '' loop
    part := regexp_match(rest, '^(?:\*|' || number || '(?:-' || number || ')?)(?:/([0-9a-z]+))?(.*)$');
    if part is null then
      return null;
    end if;
    first := case when part[1] is null then low else cron._number(part[1], low, names) end;
    last := case when part[2] is not null then cron._number(part[2], low, names)
                 when part[1] is null then high else first end;
    step := case when part[3] is null then 1 else cron._number(part[3], 0, null) end;
    if first is null or last is null or step is null then
      return null;
    elsif first < low or first > high or last < low or last > high or step < 1 or step > high then
      return null;
    elsif part[3] is not null and part[1] is not null and part[2] is null then
      return null;
    end if;
    numbers := numbers || array(select generate_series(first, last, step));
    if part[4] like ',%' then
      rest := substr(part[4], 2);
    elsif part[4] ~ '^[-/]' then
      return null;
    else
      exit;
    end if;
  end loop;
  return numbers;
end
$$;

create function cron._number(word text, low int, names text[]) returns int
language sql immutable set search_path = '' as $$
  select case
    when array_position(names, word) is not null then array_position(names, word) - 1 + low
    when word ~ '^[0-9]{1,9}$' then word::int
  end
$$;

-- A schedule in numbers, or null when it is none. `seconds` for an interval, `reboot`, or the five fields;
-- `anyDay`: day of month and day of week must both fit (else one is enough); `wild`: it names no fixed time.
create function cron._parse(schedule text) returns jsonb
language plpgsql immutable strict set search_path = '' as $$
declare
  months constant text[] := '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}';
  days constant text[] := '{sun,mon,tue,wed,thu,fri,sat}';
  plain text := regexp_replace(schedule, '^(?:\s*#[^\n]*\n)*\s*', '');
  seconds text := (regexp_match(schedule, '^\s*\+?0*([1-9]|[1-5][0-9])\s*seconds?\s*$', 'i'))[1];
  special text := (regexp_match(plain, '^@(\S*)'))[1];
  fields text[];
  parsed jsonb;
begin
  if seconds is not null then
    return jsonb_build_object('seconds', seconds::int);
  elsif special in ('reboot', 'restart') then
    return jsonb_build_object('reboot', true);
  elsif special is not null then
    plain := case special
      when 'yearly' then '0 0 1 1 *' when 'annually' then '0 0 1 1 *' when 'monthly' then '0 0 1 * *'
      when 'weekly' then '0 0 * * 0' when 'daily' then '0 0 * * *' when 'midnight' then '0 0 * * *'
      when 'hourly' then '0 * * * *' end;
  end if;
  fields := regexp_split_to_array(plain, '[ \t]+');
  if plain is null or cardinality(fields) < 5 then
    return null;
  end if;
  parsed := jsonb_build_object(
    'minutes', cron._field(fields[1], 0, 59, null),
    'hours', cron._field(fields[2], 0, 23, null),
    'monthDays', case fields[3] when '$' then '{}' else cron._field(fields[3], 1, 31, null) end,
    'months', cron._field(fields[4], 1, 12, months),
    'weekDays', array(select distinct d % 7 from unnest(cron._field(fields[5], 0, 7, days)) d),
    'lastDay', fields[3] = '$',
    'bothDays', fields[3] like '*%' or fields[5] like '*%',
    'wild', fields[1] like '*%' or fields[2] like '*%'
  );
  if cron._field(fields[5], 0, 7, days) is null or parsed @? '$.* ? (@ == null)' then
    return null;
  end if;
  return parsed;
end
$$;

create function cron._check_schedule(schedule text) returns void language plpgsql set search_path = '' as $$
begin
  if cron._parse(schedule) is null then
    raise exception 'invalid schedule: %', schedule
      using errcode = '22023', hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
  end if;
end
$$;

create function cron._check_login(username text) returns void language plpgsql set search_path = '' as $$
declare
  can_log_in boolean := (select r.rolcanlogin from pg_catalog.pg_roles r where r.rolname = username);
begin
  if can_log_in is null then
    raise exception 'role "%" does not exist', username using errcode = 'XX000';
  elsif not can_log_in then
    raise exception 'role "%" can not log in', username
      using errcode = 'XX000', detail = 'Jobs may only be run by roles that have the LOGIN attribute.';
  end if;
end
$$;

create function cron._check_connect(database text, username text) returns void
language plpgsql set search_path = '' as $$
begin
  if not exists (select from pg_catalog.pg_database d where d.datname = database) then
    raise exception 'database "%" does not exist', database using errcode = '3D000';
  elsif not has_database_privilege(username, database, 'connect') then
    raise exception 'User % does not have CONNECT privilege on %', username, database using errcode = 'XX000';
  end if;
end
$$;

create function cron._is_superuser() returns boolean language sql stable set search_path = '' as $$
  select rolsuper from pg_catalog.pg_roles where rolname = current_user
$$;

-- The functions below act for their caller, who may not write to cron.job: this view lets through what is the
-- caller's own, because current_user in it is the caller while the rights are those of its owner.
create view cron._own_job as
  select * from cron.job where username = current_user
  with check option;

-- Whose a job is: the real functions see every job, too.
create function cron._owner_of(job_id bigint) returns text
language sql stable security definer set search_path = '' as $$
  select username from cron.job where jobid = job_id
$$;

create function cron._store(
  job_name text, schedule text, command text, database text, username text, active boolean
) returns bigint language plpgsql set search_path = '' as $$
#variable_conflict use_column
declare
  target constant text := case when cron._is_superuser() then 'cron.job' else 'cron._own_job' end;
  id bigint;
begin
  perform cron._check_schedule(_store.schedule);
  if _store.username is not null then
    if not cron._is_superuser() then
      raise exception 'must be superuser to create a job for another role' using errcode = 'XX000';
    end if;
    perform cron._check_login(_store.username);
  end if;
  perform cron._check_connect(
    coalesce(_store.database, current_database()), coalesce(_store.username, current_user)
  );
  execute format(
    'insert into %s as j (schedule, command, database, username, active, jobname)
     values ($1, $2, coalesce($3, current_database()), coalesce($4, current_user), $5, $6)
     on conflict (jobname, username)
     do update set schedule = excluded.schedule, command = excluded.command, database = excluded.database
     returning jobid', target)
    into id
    using _store.schedule, _store.command, _store.database, _store.username, _store.active, _store.job_name;
  return id;
end
$$;

create function cron.schedule(schedule text, command text) returns bigint
language sql strict set search_path = '' as $$
  select cron._store(null, schedule, command, null, null, true)
$$;
comment on function cron.schedule(text, text) is 'schedule a pg_cron job';

create function cron.schedule_in_database(
  job_name text, schedule text, command text, database text,
  username text default null, active boolean default 'true'
) returns bigint language plpgsql set search_path = '' as $$
begin
  if job_name is null then
    raise exception 'job_name can not be NULL' using errcode = 'XX000';
  elsif schedule is null then
    raise exception 'schedule can not be NULL' using errcode = 'XX000';
  elsif command is null then
    raise exception 'command can not be NULL' using errcode = 'XX000';
  end if;
  return cron._store(job_name, schedule, command, database, username, coalesce(active, true));
end
$$;
comment on function cron.schedule_in_database(text, text, text, text, text, boolean) is 'schedule a pg_cron job';

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language plpgsql set search_path = '' as $$
begin
  if job_name is null then
    raise exception 'job_name can not be NULL' using errcode = 'XX000';
  elsif schedule is null then
    raise exception 'schedule can not be NULL' using errcode = 'XX000';
  elsif command is null then
    raise exception 'command can not be NULL' using errcode = 'XX000';
  end if;
  return cron._store(job_name, schedule, command, null, null, true);
end
$$;
comment on function cron.schedule(text, text, text) is 'schedule a pg_cron job';

create function cron.unschedule(job_id bigint) returns bool language plpgsql strict set search_path = '' as $$
declare
  owner text := cron._owner_of(job_id);
begin
  if owner is null then
    raise exception 'could not find valid entry for job %', job_id using errcode = 'XX000';
  elsif owner = current_user then
    delete from cron._own_job where jobid = job_id;
  else
    -- Whoever may delete from the table may; anybody else hears of it from Postgres.
    delete from cron.job where jobid = job_id;
  end if;
  return true;
end
$$;
comment on function cron.unschedule(bigint) is 'unschedule a pg_cron job';

create function cron.unschedule(job_name text) returns bool language plpgsql strict set search_path = '' as $$
begin
  delete from cron._own_job where jobname = job_name;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_name using errcode = 'XX000';
  end if;
  return true;
end
$$;
comment on function cron.unschedule(text) is 'unschedule a pg_cron job';

create function cron.alter_job(
  job_id bigint, schedule text default null, command text default null, database text default null,
  username text default null, active boolean default null
) returns void language plpgsql set search_path = '' as $$
#variable_conflict use_column
declare
  target constant text := case when cron._is_superuser() then 'cron.job' else 'cron._own_job' end;
  changed bigint;
begin
  if job_id is null then
    raise exception 'job_id can not be NULL' using errcode = 'XX000';
  end if;
  if alter_job.username is not null then
    if not cron._is_superuser() then
      raise exception 'must be superuser to alter username' using errcode = 'XX000';
    end if;
    perform cron._check_login(alter_job.username);
  end if;
  if alter_job.database is not null then
    perform cron._check_connect(alter_job.database, coalesce(alter_job.username, current_user));
  end if;
  if alter_job.schedule is not null then
    perform cron._check_schedule(alter_job.schedule);
  end if;
  if num_nonnulls(
    alter_job.schedule, alter_job.command, alter_job.database, alter_job.username, alter_job.active
  ) = 0 then
    raise exception 'no updates specified' using errcode = 'XX000',
      hint = 'You must specify at least one job attribute to change when calling alter_job';
  end if;
  execute format(
    'update %s set schedule = coalesce($2, schedule), command = coalesce($3, command),
       database = coalesce($4, database), username = coalesce($5, username), active = coalesce($6, active)
     where jobid = $1', target)
    using job_id, alter_job.schedule, alter_job.command, alter_job.database, alter_job.username, alter_job.active;
  get diagnostics changed = row_count;
  if changed = 0 then
    raise exception 'Job % does not exist or you don''t own it', job_id using errcode = 'XX000';
  end if;
end
$$;
comment on function cron.alter_job(bigint, text, text, text, text, boolean)
  is 'Alter the job identified by job_id. Any option left as NULL will not be modified.';

grant select on cron.job, cron.job_run_details to public;
grant delete on cron.job_run_details to public;
grant select on sequence cron.jobid_seq, cron.runid_seq to public;
-- The default of a new row of the view is worked out as the caller.
grant usage on sequence cron.jobid_seq to public;
grant select, insert, update, delete on cron._own_job to public;
-- Whoever runs the server decides who may use these.
revoke all on function cron.alter_job(bigint, text, text, text, text, boolean) from public;
revoke all on function cron.schedule_in_database(text, text, text, text, text, boolean) from public;
