-- What the contract tests of Realtime talk about. Kept small, and apart from the product's migrations.

-- Topics. People whose name begins with Writer may speak where others only listen.
create function public.is_writer() returns boolean language sql stable set search_path = '' as $$
  select coalesce((select auth.jwt()) -> 'user_metadata' ->> 'name' like 'Writer%', false)
$$;
create table public.rt_members (user_id uuid primary key);
alter table public.rt_members enable row level security;
create policy "people see themselves" on public.rt_members for select to authenticated
  using (user_id = (select auth.uid()));

create policy "all hear rooms" on realtime.messages for select to authenticated
  using (realtime.topic() like 'room:%');
create policy "writers speak in rooms" on realtime.messages for insert to authenticated
  with check (realtime.topic() like 'room:%' and public.is_writer());
create policy "presence only" on realtime.messages for select to authenticated
  using (realtime.topic() like 'present:%' and extension = 'presence');
create policy "presence only, too" on realtime.messages for insert to authenticated
  with check (realtime.topic() like 'present:%' and extension = 'presence');
create policy "broadcast only" on realtime.messages for select to authenticated
  using (realtime.topic() like 'heard:%' and extension = 'broadcast');
create policy "members hear clubs" on realtime.messages for select to authenticated
  using (
    realtime.topic() like 'club:%'
    and exists (select from public.rt_members m where m.user_id = (select auth.uid()))
  );
create policy "a policy that fails" on realtime.messages for select to authenticated
  using (case when realtime.topic() like 'broken:%' then (realtime.topic())::int = 1 else false end);

-- Tables.
create table public.rt_notes (id int primary key, owner uuid, size int, title text, secret text);
alter table public.rt_notes enable row level security;
revoke all on public.rt_notes from anon, authenticated;
grant select (id, owner, size, title) on public.rt_notes to authenticated;
create policy "owners read" on public.rt_notes for select to authenticated using (owner = (select auth.uid()));

create table public.rt_full (id int primary key, owner uuid, word text);
alter table public.rt_full enable row level security;
alter table public.rt_full replica identity full;
create policy "owners read" on public.rt_full for select to authenticated using (owner = (select auth.uid()));

create table public.rt_open (id int primary key, word text, flag boolean, amount numeric, made timestamptz, bits bytea);
alter table public.rt_open replica identity full;
create table public.rt_keyless (word text);
alter table public.rt_keyless replica identity full;
create table public.rt_listed (id int primary key, word text, other text);
create table public.rt_hidden_key (id int primary key, word text);
revoke all on public.rt_hidden_key from authenticated;
grant select (word) on public.rt_hidden_key to authenticated;
create table public.rt_failing (id int primary key, word text);
alter table public.rt_failing enable row level security;
create policy "a policy that fails" on public.rt_failing for select to authenticated using (word::int = 1);
create table public.rt_unpublished (id int primary key);
alter publication supabase_realtime add table
  public.rt_notes, public.rt_full, public.rt_open, public.rt_keyless, public.rt_hidden_key, public.rt_failing;
alter publication supabase_realtime add table public.rt_listed (id, word) where (id > 100);

-- Only the tests' own service key reaches these.
create function public.rt_send(topic text, event text, payload jsonb, private boolean) returns void
language sql security definer set search_path = '' as $$
  select realtime.send(payload, event, topic, private)
$$;
create function public.rt_send_binary(topic text, event text, payload text, private boolean) returns void
language sql security definer set search_path = '' as $$
  select realtime.send_binary(decode(payload, 'hex'), event, topic, private)
$$;
create function public.rt_send_many(topic text, amount int, private boolean) returns void
language sql security definer set search_path = '' as $$
  select realtime.send(jsonb_build_object('n', n), 'counted', topic, private) from generate_series(1, amount) n
$$;
-- Sends, and then fails.
create function public.rt_send_in_vain(topic text) returns void
language plpgsql security definer set search_path = '' as $$ begin
  perform realtime.send('{"n": 0}', 'said', topic, true);
  raise exception 'in vain';
end $$;
-- As the caller, whom the policies may not let.
create function public.rt_send_as_myself(topic text) returns void language sql set search_path = '' as $$
  select realtime.send('{"n": 1}', 'said', topic, true)
$$;

create table public.rt_told (id int primary key, word text);
create function public.rt_tell() returns trigger language plpgsql security definer set search_path = '' as $$ begin
  perform realtime.broadcast_changes('room:told', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
  return null;
end $$;
create trigger tell after insert or update or delete on public.rt_told
  for each row execute function public.rt_tell();

create function public.rt_stored_rows(topic_name text) returns bigint
language sql security definer set search_path = '' as $$
  select count(*) from realtime.messages m where m.topic = topic_name
$$;
do $$
declare
  made regprocedure;
begin
  for made in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname like 'rt\_s%' and p.proname <> 'rt_send_as_myself'
  loop
    execute format('revoke execute on function %s from public, anon, authenticated', made);
    execute format('grant execute on function %s to service_role', made);
  end loop;
end $$;
