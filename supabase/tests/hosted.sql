-- An empty project as hosted Supabase gives it, as far as our migrations touch it: who owns what, who may do
-- what, and that the role which applies migrations is no superuser. Facts from supabase/postgres (init scripts
-- and migrations there). Runs once, as a superuser, on Postgres 17 or PGlite.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;
create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;
create role supabase_realtime_admin nologin noinherit;
-- Hosted calls it postgres; a cluster's first role cannot give its superuser rights away, so here it is another.
create role hosted_postgres login nosuperuser createdb createrole replication bypassrls;
grant anon, authenticated, service_role to hosted_postgres with admin option;

do $$ begin
  execute format('grant all on database %I to hosted_postgres', current_database());
  execute format('alter database %I set search_path = "$user", public, extensions', current_database());
end $$;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
set search_path = "$user", public, extensions;

create schema extensions authorization hosted_postgres;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;

grant create, usage on schema public to hosted_postgres;
grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role hosted_postgres in schema public
  grant all on tables to anon, authenticated, service_role;
alter default privileges for role hosted_postgres in schema public
  grant all on routines to anon, authenticated, service_role;
alter default privileges for role hosted_postgres in schema public
  grant all on sequences to anon, authenticated, service_role;

-- ---------------------------------------------------------------- auth

create schema auth authorization supabase_auth_admin;
grant usage on schema auth to hosted_postgres, anon, authenticated, service_role;
set role supabase_auth_admin;
create table auth.users (
  instance_id uuid,
  id uuid not null primary key,
  aud varchar(255),
  role varchar(255),
  email varchar(255),
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  invited_at timestamptz,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_super_admin boolean,
  created_at timestamptz,
  updated_at timestamptz,
  phone text unique,
  banned_until timestamptz,
  deleted_at timestamptz,
  is_sso_user boolean not null default false,
  is_anonymous boolean not null default false
);
alter table auth.users enable row level security;
create function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim', true), ''),
                  nullif(current_setting('request.jwt.claims', true), ''))::jsonb
$$;
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), auth.jwt() ->> 'sub')::uuid
$$;
create function auth.role() returns text language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''), auth.jwt() ->> 'role')
$$;
create function auth.email() returns text language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.email', true), ''), auth.jwt() ->> 'email')
$$;
grant all on all tables in schema auth to hosted_postgres;
grant all on all routines in schema auth to hosted_postgres;
reset role;

-- ---------------------------------------------------------------- realtime

create schema realtime;
grant usage on schema realtime to hosted_postgres with grant option;
grant usage on schema realtime to anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin;
set role supabase_realtime_admin;
create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  primary key (id, inserted_at)
) partition by range (inserted_at);
create table realtime.messages_rest partition of realtime.messages default;
alter table realtime.messages enable row level security;
grant all on realtime.messages to hosted_postgres;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
create function realtime.topic() returns text language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')::text
$$;
create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql as $$
begin
  insert into realtime.messages (payload, event, topic, private, extension)
  values (payload, event, topic, private, 'broadcast');
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;
create function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void language plpgsql as $$
begin
  perform realtime.send(jsonb_build_object('record', new, 'old_record', old, 'operation', operation,
    'table', table_name, 'schema', table_schema), event_name, topic_name);
end
$$;
reset role;
create publication supabase_realtime;
alter publication supabase_realtime owner to hosted_postgres;

-- ---------------------------------------------------------------- storage

create schema storage;
grant all on schema storage to supabase_storage_admin with grant option;
grant usage on schema storage to hosted_postgres, anon, authenticated, service_role;
set role supabase_storage_admin;
create table storage.buckets (
  id text not null primary key,
  name text not null unique,
  owner uuid,
  owner_id text,
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create table storage.objects (
  id uuid not null primary key default gen_random_uuid(),
  bucket_id text references storage.buckets (id),
  name text,
  owner uuid,
  owner_id text,
  version text,
  metadata jsonb,
  user_metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now()
);
create unique index bucketid_objname on storage.objects (bucket_id, name);
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
create function storage.foldername(name text) returns text[] language sql immutable as $$
  select (string_to_array(name, '/'))[1 : cardinality(string_to_array(name, '/')) - 1]
$$;
create function storage.filename(name text) returns text language sql immutable as $$
  select (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))]
$$;
create function storage.extension(name text) returns text language sql immutable as $$
  select reverse(split_part(reverse(storage.filename(name)), '.', 1))
$$;
grant all on storage.buckets, storage.objects to hosted_postgres with grant option;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
reset role;

-- There an extension of Supabase's (supautils.policy_grants) lets postgres make policies, and policies only, on
-- tables of these two. Here membership stands for it; that nothing else is touched, a test looks at.
grant supabase_realtime_admin, supabase_storage_admin to hosted_postgres with inherit true;

-- ---------------------------------------------------------------- extensions that hosted allows postgres to make

create extension vector with schema extensions;
do $$ begin
  if exists (select from pg_available_extensions where name = 'pg_net') then
    create extension pg_net;
    grant usage on schema net to hosted_postgres, anon, authenticated, service_role;
  end if;
  if exists (select from pg_available_extensions where name = 'pg_cron')
    and current_setting('cron.database_name', true) = current_database() then
    create extension pg_cron;
    grant usage on schema cron to hosted_postgres with grant option;
    grant all on all tables in schema cron to hosted_postgres;
    revoke insert, update, delete, truncate, trigger on cron.job from hosted_postgres;
    grant all on all functions in schema cron to hosted_postgres with grant option;
    grant all on all sequences in schema cron to hosted_postgres;
  end if;
end $$;
