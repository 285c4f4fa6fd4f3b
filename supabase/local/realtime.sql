-- The schema `realtime` of a Supabase project, as far as the stand-in needs it. Runs at every start.
--
-- realtime.messages, topic(), send() and broadcast_changes() are public and have hosted Supabase's names,
-- signatures and grants. Everything below "Inside" serves only supabase/local/realtime*.ts.

create schema if not exists realtime;

create table if not exists realtime.messages (
  id uuid not null default gen_random_uuid(),
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  primary key (id, inserted_at)
);
create index if not exists messages_inserted_at_idx on realtime.messages (inserted_at);
alter table realtime.messages enable row level security;
grant usage on schema realtime to anon, authenticated, service_role;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

-- The topic that is being joined or sent to, for policies on realtime.messages.
create or replace function realtime.topic() returns text language sql stable as $$
  select nullif(current_setting('realtime.topic', true), '')::text
$$;

-- Queues a broadcast that is sent when the transaction commits. Never fails: what cannot be stored is a warning.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql as $$
declare
  message_id uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (
    message_id,
    case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(message_id)) end,
    event, topic, private, 'broadcast'
  );
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end
$$;

-- What a row trigger calls to broadcast its row.
create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void language plpgsql as $$
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema
    ),
    event_name, topic_name
  );
end
$$;

-- Inside ---------------------------------------------------------------------------------------------------

-- A stored broadcast announces itself at commit; a notification holds less than 8,000 bytes, so a longer one
-- names the row only. Probe rows have no event and announce nothing.
create or replace function realtime.announce_message() returns trigger language plpgsql as $$
declare
  whole text := jsonb_build_object(
    'id', new.id, 'topic', new.topic, 'event', new.event, 'private', new.private, 'payload', new.payload
  )::text;
begin
  if octet_length(whole) > 7900 then
    whole := jsonb_build_object('id', new.id)::text;
  end if;
  perform pg_notify('realtime_messages', whole);
  return null;
end
$$;
create or replace trigger announce_message after insert on realtime.messages
  for each row when (new.event is not null and new.payload is not null and new.extension = 'broadcast')
  execute function realtime.announce_message();

-- Becomes the asking person until the surrounding (sub)transaction ends. Refuses to judge where a policy could
-- not decide: a superuser, or a table whose row security is off.
create or replace function realtime.become(role_name text, topic_name text, claims text) returns void
language plpgsql as $$
begin
  if exists (select from pg_roles r where r.rolname = role_name and r.rolsuper) then
    raise exception 'role % is a superuser', role_name using errcode = '42501';
  end if;
  if not (select c.relrowsecurity from pg_class c where c.oid = 'realtime.messages'::regclass) then
    raise exception 'row level security of realtime.messages is off' using errcode = '42501';
  end if;
  perform set_config('realtime.topic', topic_name, true);
  perform set_config('request.jwt.claims', claims, true);
  perform set_config('request.headers', '{}', true);
  perform set_config('role', role_name, true);
end
$$;

-- May this person hear the topic? Two rows are written, looked at as that person and taken back.
create or replace function realtime.probe_read(
  role_name text, topic_name text, claims text, out broadcast boolean, out presence boolean
) language plpgsql as $$
declare
  broadcast_id uuid := gen_random_uuid();
  presence_id uuid := gen_random_uuid();
begin
  insert into realtime.messages (id, topic, extension)
  values (broadcast_id, topic_name, 'broadcast'), (presence_id, topic_name, 'presence');
  perform realtime.become(role_name, topic_name, claims);
  select exists (select from realtime.messages m where m.id = broadcast_id),
         exists (select from realtime.messages m where m.id = presence_id)
  into broadcast, presence;
  raise exception 'undo' using errcode = 'RT001';
exception
  when sqlstate 'RT001' then return;
end
$$;

-- May this person send to the topic? A row is written as that person and taken back.
create or replace function realtime.probe_write(
  role_name text, topic_name text, claims text, extension_name text
) returns boolean language plpgsql as $$
begin
  perform realtime.become(role_name, topic_name, claims);
  insert into realtime.messages (topic, extension) values (topic_name, extension_name);
  raise exception 'undo' using errcode = 'RT001';
exception
  when sqlstate 'RT001' then return true;
  when insufficient_privilege then return false;
end
$$;

-- Change events --------------------------------------------------------------------------------------------

-- Tables somebody listens to at the moment; rows of others are not captured.
create unlogged table if not exists realtime.subscription (entity oid primary key);
create unlogged table if not exists realtime.changes (
  id bigint generated always as identity primary key,
  entity oid not null,
  type text not null,
  key jsonb not null,
  record jsonb,
  committed_at timestamptz not null default clock_timestamp()
);
alter table realtime.subscription enable row level security;
alter table realtime.changes enable row level security;

create or replace function realtime.key_columns(entity oid) returns text[] language sql stable as $$
  select coalesce(array_agg(a.attname::text order by a.attnum), '{}')
  from pg_index i
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = entity and i.indisprimary
$$;

create or replace function realtime.capture_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  change_id bigint;
begin
  if not exists (select from realtime.subscription s where s.entity = tg_relid) then
    return null;
  end if;
  insert into realtime.changes (entity, type, key, record)
  values (
    tg_relid, tg_op,
    (select coalesce(jsonb_object_agg(k.name, to_jsonb(case when tg_op = 'INSERT' then new else old end) -> k.name), '{}')
     from unnest(realtime.key_columns(tg_relid)) k (name)),
    case when tg_op <> 'DELETE' then to_jsonb(new) end
  )
  returning id into change_id;
  perform pg_notify('realtime_changes', jsonb_build_object(
    'id', change_id::text, 'schema', tg_table_schema, 'table', tg_table_name, 'type', tg_op
  )::text);
  return null;
end
$$;

-- Gives every table of the publication its trigger and takes it from every other.
create or replace function realtime.sync_publication() returns void language plpgsql as $$
declare
  entity regclass;
begin
  for entity in
    select t.tgrelid from pg_trigger t
    where t.tgname = 'realtime_capture_change'
    except
    select format('%I.%I', p.schemaname, p.tablename)::regclass from pg_publication_tables p
    where p.pubname = 'supabase_realtime'
  loop
    execute format('drop trigger realtime_capture_change on %s', entity);
  end loop;
  for entity in
    select format('%I.%I', p.schemaname, p.tablename)::regclass from pg_publication_tables p
    where p.pubname = 'supabase_realtime'
    except
    select t.tgrelid from pg_trigger t where t.tgname = 'realtime_capture_change'
  loop
    execute format(
      'create trigger realtime_capture_change after insert or update or delete on %s
       for each row execute function realtime.capture_change()', entity);
  end loop;
end
$$;

create or replace function realtime.follow_publication() returns event_trigger language plpgsql as $$
begin
  perform realtime.sync_publication();
end
$$;
do $$ begin
  if not exists (select from pg_event_trigger where evtname = 'realtime_follow_publication') then
    create event trigger realtime_follow_publication on ddl_command_end
      when tag in ('CREATE PUBLICATION', 'ALTER PUBLICATION', 'DROP PUBLICATION', 'CREATE TABLE')
      execute function realtime.follow_publication();
  end if;
end $$;
select realtime.sync_publication();

-- One condition of a subscription's filter, decided with the operators of the column's own type.
create or replace function realtime.meets(actual text, type_name text, op text, negated boolean, wanted text)
returns boolean language plpgsql stable as $$
declare
  symbol text := jsonb_build_object(
    'eq', '=', 'neq', '<>', 'lt', '<', 'lte', '<=', 'gt', '>', 'gte', '>=', 'in', '= any', 'like', '~~',
    'ilike', '~~*', 'match', '~', 'imatch', '~*', 'isdistinct', 'is distinct from', 'is', 'is'
  ) ->> op;
  answer boolean;
begin
  if symbol is null then
    raise exception 'unknown operator %', op using errcode = '22023';
  elsif op = 'is' then
    if lower(wanted) not in ('null', 'true', 'false', 'unknown') then
      raise exception 'is takes null, true, false or unknown' using errcode = '22023';
    end if;
    execute format('select %L::%s is %s', actual, type_name, wanted) into answer;
  elsif op in ('like', 'ilike', 'match', 'imatch') then
    execute format('select %L::text %s %L', actual, symbol, wanted) into answer;
  else
    execute format(
      'select %L::%s %s (%L::%s%s)', actual, type_name, symbol, wanted, type_name, case when op = 'in' then '[]' else '' end
    ) into answer;
  end if;
  return coalesce(answer <> negated, false);
end
$$;

-- A filter is [{column, op, negated, value}]; all must hold. A column the row does not carry never matches.
create or replace function realtime.meets_all(entity_id oid, carried jsonb, filter jsonb) returns boolean
language sql stable as $$
  select coalesce(bool_and(coalesce(
    carried ? (f ->> 'column')
    and realtime.meets(
      carried ->> (f ->> 'column'), format_type(a.atttypid, a.atttypmod), f ->> 'op',
      (f ->> 'negated')::boolean, f ->> 'value'
    ), false)), true)
  from jsonb_array_elements(filter) f
  left join pg_attribute a
    on a.attrelid = entity_id and a.attname = f ->> 'column' and a.attnum > 0 and not a.attisdropped
$$;

-- The published tables that a subscription names, or an exception that says what is wrong with it.
create or replace function realtime.subscribe_entities(
  role_name text, schema_name text, table_name text, filter jsonb
) returns setof oid language plpgsql as $$
declare
  entity_id oid;
  condition jsonb;
  type_name text;
begin
  for entity_id in
    select format('%I.%I', p.schemaname, p.tablename)::regclass::oid from pg_publication_tables p
    where p.pubname = 'supabase_realtime'
      and (schema_name = '*' or p.schemaname = schema_name)
      and (coalesce(table_name, '*') = '*' or p.tablename = table_name)
  loop
    for condition in select * from jsonb_array_elements(filter) loop
      select format_type(a.atttypid, a.atttypmod) into type_name from pg_attribute a
      where a.attrelid = entity_id and a.attname = condition ->> 'column' and a.attnum > 0 and not a.attisdropped
        and has_column_privilege(role_name, entity_id, a.attnum, 'select');
      if type_name is null then
        raise exception 'invalid column for filter %', condition ->> 'column' using errcode = '22023';
      end if;
      perform realtime.meets(null, type_name, condition ->> 'op', false, condition ->> 'value');
    end loop;
    return next entity_id;
  end loop;
  if entity_id is null and coalesce(table_name, '*') <> '*' then
    raise exception 'table is not in the publication' using errcode = '22023';
  end if;
end
$$;

-- What one person may see of some changes: the row as it was written, cut to the columns that person may
-- select, if row security shows that person the row now; of a DELETE the key only. `passed` holds the places
-- of the filters (of those handed in) that the row meets.
create or replace function realtime.read_changes(role_name text, claims text, change_ids bigint[], filters jsonb)
returns table (id text, columns jsonb, record jsonb, old_record jsonb, committed_at timestamptz, passed int[])
language plpgsql as $$
declare
  change record;
  found_rows realtime.changes[];
  result jsonb := '[]';
  selectable jsonb;
  visible boolean;
  is_guarded boolean;
  carried jsonb;
begin
  begin
    found_rows := array(select c from realtime.changes c where c.id = any (change_ids) order by c.id);
    perform realtime.become(role_name, '', claims);
    foreach change in array found_rows loop
      select coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'type', t.typname) order by a.attnum), '[]')
      into selectable
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = change.entity and a.attnum > 0 and not a.attisdropped
        and has_column_privilege(a.attrelid, a.attnum, 'select');
      select c.relrowsecurity into is_guarded from pg_class c where c.oid = change.entity;
      visible := selectable <> '[]';
      if visible and change.type <> 'DELETE' and is_guarded then
        begin
          visible := change.key <> '{}' and realtime.is_row_visible(change.entity, change.record, change.key);
        exception when insufficient_privilege then
          visible := false;
        end;
      end if;
      if visible then
        carried := coalesce(change.record, change.key);
        result := result || jsonb_build_array(jsonb_build_object(
          'id', change.id::text,
          'columns', selectable,
          'record', realtime.only_columns(change.record, selectable),
          'old_record', realtime.only_columns(change.key, selectable),
          'committed_at', change.committed_at,
          'passed', (select coalesce(jsonb_agg(f.place - 1), '[]')
                     from jsonb_array_elements(filters) with ordinality f (filter, place)
                     where realtime.meets_all(change.entity, carried, f.filter))
        ));
      end if;
    end loop;
    raise exception 'undo' using errcode = 'RT001';
  exception
    when sqlstate 'RT001' then null;
  end;
  return query select * from jsonb_to_recordset(result)
    as r (id text, columns jsonb, record jsonb, old_record jsonb, committed_at timestamptz, passed int[]);
end
$$;

create or replace function realtime.only_columns(row_data jsonb, columns jsonb) returns jsonb language sql immutable as $$
  select case when row_data is null then null else
    coalesce((select jsonb_object_agg(c ->> 'name', row_data -> (c ->> 'name'))
              from jsonb_array_elements(columns) c where row_data ? (c ->> 'name')), '{}') end
$$;

create or replace function realtime.is_row_visible(entity regclass, record jsonb, key jsonb) returns boolean
language plpgsql stable as $$
declare
  condition text;
  answer boolean;
begin
  select string_agg(format('t.%I = %L::%s', k.name, record ->> k.name, format_type(a.atttypid, a.atttypmod)), ' and ')
  into condition
  from jsonb_object_keys(key) k (name)
  join pg_attribute a on a.attrelid = entity and a.attname = k.name;
  execute format('select exists (select from %s t where %s)', entity, condition) into answer;
  return answer;
end
$$;

-- Only the stand-in itself asks these; nobody may borrow its eyes.
do $$
declare
  inside regprocedure;
begin
  for inside in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'realtime'::regnamespace
      and p.proname in ('become', 'probe_read', 'probe_write', 'sync_publication', 'subscribe_entities', 'read_changes')
  loop
    execute format('revoke all on function %s from public', inside);
  end loop;
end $$;
