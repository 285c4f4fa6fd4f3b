-- The schema `realtime` of a Supabase project, as far as the stand-in needs it. Runs at every start.
--
-- realtime.messages, topic(), send(), send_binary() and broadcast_changes() are public and have hosted Supabase's names,
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
alter table realtime.messages add column if not exists binary_payload bytea;
-- For the purge, which reads the oldest rows: brin, because a btree costs at every row.
drop index if exists realtime.messages_inserted_at_idx;
create index if not exists messages_inserted_at_brin on realtime.messages using brin (inserted_at);
create index if not exists messages_inserted_at_topic_index on realtime.messages (topic, inserted_at desc)
  where extension = 'broadcast' and private;
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
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end
$$;

-- The same for raw bytes, which only clients of the 2.0.0 protocol can hear.
create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void language plpgsql as $$
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (binary_payload, event, topic, private, extension)
  values (payload, event, topic, private, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
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
exception when others then
  raise exception 'Failed to process the row: %', sqlerrm;
end
$$;

-- Inside ---------------------------------------------------------------------------------------------------

-- How a stored broadcast is told to the server: a line `[id, private, topic, event, is_binary]`, then the
-- payload as text, so that the server can hand it on without reading it; bytes in base64. Stable and not
-- immutable: only then is it inlined into the trigger, which runs at every keystroke.
create or replace function realtime.tell(message realtime.messages) returns text language sql stable as $$
  select '["' || message.id || '",' || coalesce(message.private::text, 'null') || ',' || to_json(message.topic) || ','
    || to_json(message.event) || ',' || (message.binary_payload is not null) || ']' || E'\n'
    || coalesce(encode(message.binary_payload, 'base64'), message.payload::text, 'null')
$$;

-- A stored broadcast announces itself at commit; a notification holds less than 8,000 bytes, so a longer one
-- names the row only. Probe rows have no event and announce nothing.
create or replace function realtime.announce_message() returns trigger language plpgsql as $$
declare
  whole text := realtime.tell(new);
begin
  perform pg_notify('realtime_messages', case when octet_length(whole) > 7900 then new.id::text else whole end);
  return null;
end
$$;
create or replace trigger announce_message after insert on realtime.messages
  for each row when (
    new.event is not null and new.extension = 'broadcast' and (new.payload is not null or new.binary_payload is not null)
  )
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

alter table realtime.changes add column if not exists pkey text[] not null default '{}';

create or replace function realtime.key_columns(entity oid) returns text[] language sql stable as $$
  select coalesce(array_agg(a.attname::text order by a.attnum), '{}')
  from pg_index i
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = entity and i.indisprimary
$$;

-- The columns of an old row that Postgres would log: all of them, those of an index, or the primary key's.
create or replace function realtime.identity_columns(entity oid) returns text[] language sql stable as $$
  select case c.relreplident
    when 'f' then (select array_agg(a.attname::text) from pg_attribute a
                   where a.attrelid = entity and a.attnum > 0 and not a.attisdropped)
    when 'i' then (select array_agg(a.attname::text) from pg_index i
                   join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
                   where i.indrelid = entity and i.indisreplident)
    when 'n' then '{}'
    else realtime.key_columns(entity)
  end
  from pg_class c where c.oid = entity
$$;

create or replace function realtime.capture_change() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  change_id bigint;
  earlier jsonb;
begin
  if not exists (select from realtime.subscription s where s.entity = tg_relid) then
    return null;
  end if;
  earlier := to_jsonb(case when tg_op = 'INSERT' then new else old end);
  insert into realtime.changes (entity, type, key, pkey, record)
  values (
    tg_relid, tg_op,
    (select coalesce(jsonb_object_agg(k.name, earlier -> k.name), '{}')
     from unnest(realtime.identity_columns(tg_relid)) k (name)),
    realtime.key_columns(tg_relid),
    case when tg_op <> 'DELETE' then to_jsonb(new) end
  )
  returning id into change_id;
  perform pg_notify('realtime_changes', jsonb_build_object(
    'id', change_id::text, 'schema', tg_table_schema, 'table', tg_table_name, 'type', tg_op
  )::text);
  return null;
end
$$;

-- Which triggers the publication calls for. Its column lists and row filters count for nothing, as on hosted
-- Supabase, which reads the log by table and kind of change only.
create or replace function realtime.published() returns table (entity regclass, events text)
language sql stable as $$
  select format('%I.%I', t.schemaname, t.tablename)::regclass,
         concat_ws(' or ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
                   case when p.pubdelete then 'delete' end)
  from pg_publication p join pg_publication_tables t on t.pubname = p.pubname
  where p.pubname = 'supabase_realtime'
$$;

-- Gives every table of the publication its trigger and takes it from every other.
create or replace function realtime.sync_publication() returns void language plpgsql as $$
declare
  wanted record;
begin
  for wanted in
    select t.tgrelid::regclass as entity from pg_trigger t
    where t.tgname like 'realtime\_capture\_change%' and not exists (
      select from realtime.published() p
      where p.entity = t.tgrelid and coalesce(obj_description(t.oid, 'pg_trigger'), '') = p.events
    )
  loop
    execute format('drop trigger realtime_capture_change on %s', wanted.entity);
  end loop;
  for wanted in
    select p.entity, p.events from realtime.published() p
    where p.events <> '' and not exists (
      select from pg_trigger t where t.tgrelid = p.entity and t.tgname = 'realtime_capture_change'
    )
  loop
    execute format(
      'create trigger realtime_capture_change after %s on %s
       for each row execute function realtime.capture_change()', wanted.events, wanted.entity);
    execute format('comment on trigger realtime_capture_change on %s is %L', wanted.entity, wanted.events);
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
  if op = 'is' then
    execute format('select %L::%s is %s', actual, type_name, wanted) into answer;
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

-- Throws what is wrong with one condition on a table, in hosted Supabase's words.
create or replace function realtime.check_condition(role_name text, entity_id oid, condition jsonb) returns void
language plpgsql stable as $$
declare
  name text := condition ->> 'column';
  op text := condition ->> 'op';
  wanted text := condition ->> 'value';
  type_name text;
  amount int;
begin
  select format_type(a.atttypid, null) into type_name from pg_attribute a
  where a.attrelid = entity_id and a.attname = name and a.attnum > 0 and not a.attisdropped
    and has_column_privilege(role_name, entity_id, a.attnum, 'select');
  if type_name is null then
    raise exception 'invalid column for filter %', name;
  end if;
  if op = 'in' then
    execute format('select cardinality(%L::%s[])', wanted, type_name) into amount;
    if amount > 100 then
      raise exception 'too many values for `in` filter. Maximum 100';
    end if;
  elsif op = 'is' then
    if wanted not in ('null', 'true', 'false', 'unknown') then
      raise exception 'invalid value for is filter: must be null, true, false, or unknown';
    elsif wanted <> 'null' and type_name <> 'boolean' then
      raise exception 'is % filter requires a boolean column, got %', wanted, type_name;
    end if;
  else
    if op in ('match', 'imatch') then
      begin
        perform '' ~ wanted;
      exception when others then
        raise exception 'invalid regular expression for % filter: %', op, sqlerrm;
      end;
    elsif op not in ('like', 'ilike') then
      execute format('select %L::%s', wanted, type_name);
    end if;
    begin
      perform realtime.meets(wanted, type_name, op, false, wanted);
    exception when others then
      raise exception 'operator % is not supported on column % of type %: %', op, name, type_name, sqlerrm;
    end;
  end if;
end
$$;

-- The published tables that a subscription names, none when there is none, or an exception that says what is
-- wrong with its filter or its choice of columns.
drop function if exists realtime.subscribe_entities(text, text, text, jsonb);
create or replace function realtime.subscribe_entities(
  role_name text, schema_name text, table_name text, filter jsonb, chosen jsonb
) returns setof oid language plpgsql as $$
declare
  entity_id oid;
  part jsonb;
begin
  for entity_id in
    select p.entity::oid from realtime.published() p join pg_class c on c.oid = p.entity
    where c.relnamespace::regnamespace::text like (case schema_name when '*' then '%' else schema_name end) escape ''
      and c.relname like (case table_name when '*' then '%' else table_name end) escape ''
  loop
    for part in select * from jsonb_array_elements(filter) loop
      perform realtime.check_condition(role_name, entity_id, part);
    end loop;
    for part in select * from jsonb_array_elements(chosen) loop
      if not exists (
        select from pg_attribute a
        where a.attrelid = entity_id and a.attname = part #>> '{}' and a.attnum > 0 and not a.attisdropped
          and has_column_privilege(role_name, entity_id, a.attnum, 'select')
      ) then
        raise exception 'invalid column for select %', part #>> '{}';
      end if;
    end loop;
    return next entity_id;
  end loop;
end
$$;

-- What one person may see of one change, asked as that person: the row as it was written, cut to the columns
-- that person may select, if row security shows that person the row now; of an old row what Postgres would have
-- logged, of a deleted one under row security the primary key only. `passed` holds the places of the filters (of
-- those handed in) that the row meets. Null: nothing at all.
create or replace function realtime.see_change(change realtime.changes, filters jsonb) returns jsonb
language plpgsql as $$
declare
  selectable jsonb;
  is_guarded boolean := (select c.relrowsecurity from pg_class c where c.oid = change.entity);
  is_too_large boolean := octet_length(change.record::text) + octet_length(change.key::text) > 1048576;
  every int[] := array(select generate_series(0, jsonb_array_length(filters) - 1));
  passed int[];
  visible boolean := true;
  complaint text;
begin
  select coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'type', t.typname) order by a.attnum), '[]')
  into selectable
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  where a.attrelid = change.entity and a.attnum > 0 and not a.attisdropped
    and has_column_privilege(a.attrelid, a.attnum, 'select');
  if change.type <> 'DELETE' then
    if change.pkey = '{}' then
      complaint := 'Error 400: Bad Request, no primary key';
    elsif exists (
      select from unnest(change.pkey) k (name)
      where not selectable @> jsonb_build_array(jsonb_build_object('name', k.name))
    ) then
      complaint := 'Error 401: Unauthorized';
    end if;
    if complaint is not null then
      return jsonb_build_object('id', change.id::text, 'errors', jsonb_build_array(complaint), 'passed', every);
    end if;
  end if;
  passed := array(
    select f.place - 1 from jsonb_array_elements(filters) with ordinality f (filter, place)
    where realtime.meets_all(change.entity, coalesce(change.record, change.key), f.filter)
  );
  if passed = '{}' then
    return null;
  end if;
  if is_guarded and change.type <> 'DELETE' then
    begin
      visible := realtime.is_row_visible(change.entity, change.record, change.pkey);
    exception when others then
      return jsonb_build_object(
        'id', change.id::text, 'passed', passed,
        'errors', jsonb_build_array('Error 500: Internal Server Error, RLS policy evaluation failed')
      );
    end;
  end if;
  if not visible then
    return null;
  end if;
  if is_guarded and change.type = 'DELETE' then
    change.key := (select coalesce(jsonb_object_agg(k.name, change.key -> k.name), '{}') from unnest(change.pkey) k (name));
  end if;
  return jsonb_build_object(
    'id', change.id::text,
    'columns', selectable,
    'pkey', change.pkey,
    'record', realtime.only_columns(change.record, selectable, is_too_large),
    'old_record', realtime.only_columns(change.key, selectable, is_too_large),
    'committed_at', to_char(change.committed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'errors', case when is_too_large then jsonb_build_array('Error 413: Payload Too Large') end,
    'passed', passed
  );
end
$$;

-- The same for several, in their order; leaves no trace of having been that person.
drop function if exists realtime.read_changes(text, text, bigint[], jsonb);
create or replace function realtime.read_changes(role_name text, claims text, change_ids bigint[], filters jsonb)
returns jsonb language plpgsql as $$
declare
  change realtime.changes;
  found_rows realtime.changes[];
  result jsonb := '[]';
begin
  begin
    found_rows := array(select c from realtime.changes c where c.id = any (change_ids) order by c.id);
    perform realtime.become(role_name, '', claims);
    foreach change in array found_rows loop
      result := result || coalesce(realtime.see_change(change, filters), '[]');
    end loop;
    raise exception 'undo' using errcode = 'RT001';
  exception
    when sqlstate 'RT001' then null;
  end;
  return result;
end
$$;

-- Of a record that is too large only the small values stay.
drop function if exists realtime.only_columns(jsonb, jsonb);
create or replace function realtime.only_columns(row_data jsonb, columns jsonb, only_small boolean)
returns jsonb language sql immutable as $$
  select case when row_data is null then null else
    coalesce((select jsonb_object_agg(c ->> 'name', row_data -> (c ->> 'name'))
              from jsonb_array_elements(columns) c
              where row_data ? (c ->> 'name')
                and (not only_small or octet_length((row_data -> (c ->> 'name'))::text) <= 64)), '{}') end
$$;

drop function if exists realtime.is_row_visible(regclass, jsonb, jsonb);
create or replace function realtime.is_row_visible(entity regclass, record jsonb, pkey text[]) returns boolean
language plpgsql stable as $$
declare
  condition text;
  answer boolean;
begin
  select string_agg(format('t.%I = %L::%s', k.name, record ->> k.name, format_type(a.atttypid, a.atttypmod)), ' and ')
  into condition
  from unnest(pkey) k (name)
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
