-- Phase 4: what operators see. Views in the closed schema, which no role of the API may read, and functions for the
-- server's own key that hand them out; members have no way to them. Also jobs that are late, and calls that keep the
-- edge functions warm. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- ---------------------------------------------------------------- scheduled jobs

-- Since when a job is known: one that never ran is late two periods after that.
create table if not exists private.job_watch (
  job text primary key,
  seen_at timestamptz not null default clock_timestamp()
);
alter table private.job_watch enable row level security;
alter table private.job_watch force row level security;
revoke all on private.job_watch from public, anon, authenticated, service_role;

-- How far apart a schedule's runs are, as far as ours go; the longest pause where they are not even.
create or replace function private.period_of(p_schedule text) returns interval
language sql immutable strict set search_path = '' as $$
  select case
    when p_schedule ~* '^\s*\d+ seconds?\s*$' then make_interval(secs => substring(p_schedule from '\d+')::integer)
    when f.part[1] = '*' and f.part[2] = '*' then interval '1 minute'
    when f.part[1] ~ '^\*/\d+$' then make_interval(mins => substring(f.part[1] from 3)::integer)
    when f.part[2] = '*' then interval '1 hour'
    when f.part[2] ~ '^\*/\d+$' then make_interval(hours => substring(f.part[2] from 3)::integer)
    when f.part[3] = '*' and f.part[5] = '*' then interval '1 day'
    when f.part[5] <> '*' then interval '7 days'
    else interval '31 days' end
  from (select regexp_split_to_array(btrim(p_schedule), '\s+') as part) f
$$;

-- Every scheduled job of ours with its last run; none where pg_cron is not to be had. Late is whose last good run (or,
-- before the first, its first sight) is more than two periods ago; a job that is switched off is never late.
create or replace function private.scheduled_jobs() returns table (
  job text, schedule text, is_active boolean, period interval, last_started timestamptz, last_succeeded timestamptz,
  last_status text, last_message text, failures bigint, is_late boolean
)
language plpgsql stable set search_path = '' as $$
begin
  if to_regclass('cron.job') is null or to_regclass('cron.job_run_details') is null then return; end if;
  return query execute $query$
    select j.jobname::text, j.schedule::text, j.active, private.period_of(j.schedule), r.last_started, r.last_succeeded,
      last.status::text, left(last.return_message, 200)::text, coalesce(r.failures, 0),
      j.active and coalesce(r.last_succeeded, w.seen_at, clock_timestamp())
        < clock_timestamp() - 2 * private.period_of(j.schedule)
    from cron.job j
    left join private.job_watch w on w.job = j.jobname
    left join lateral (
      select max(d.start_time) as last_started, max(d.end_time) filter (where d.status = 'succeeded') as last_succeeded,
        count(*) filter (where d.status = 'failed' and d.start_time > clock_timestamp() - interval '1 hour') as failures
      from cron.job_run_details d where d.jobid = j.jobid) r on true
    left join lateral (
      select d.status, d.return_message from cron.job_run_details d
      where d.jobid = j.jobid and d.status in ('succeeded', 'failed') order by d.runid desc limit 1) last on true
    where j.database = current_database() and j.jobname is not null
    order by j.jobname $query$;
end
$$;

create or replace function private.watch_jobs() returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into private.job_watch (job) select j.job from private.scheduled_jobs() j on conflict do nothing;
  delete from private.job_watch w where not exists (select from private.scheduled_jobs() j where j.job = w.job);
end
$$;

-- Asks the edge functions named in the setting keep_warm ('process-block search') for nothing, so that they are awake
-- when somebody needs them. Without that setting or the functions' address it does nothing.
create or replace function private.keep_functions_warm() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_url text := (select c.value from private.runtime_config c where c.key = 'functions_url');
  v_names text[] := (select regexp_split_to_array(btrim(c.value), '[\s,]+') from private.runtime_config c
                     where c.key = 'keep_warm' and btrim(c.value) <> '');
  v_name text;
begin
  if v_url is null or v_names is null then return 0; end if;
  foreach v_name in array v_names loop
    perform net.http_get(url := v_url || '/' || v_name, timeout_milliseconds := 5000);
  end loop;
  return cardinality(v_names);
exception when others then
  raise warning 'The functions were not called: %', sqlerrm;
  return 0;
end
$$;

-- ---------------------------------------------------------------- views

create or replace view private.metrics_tables with (security_invoker = on) as
select s.schemaname::text || '.' || s.relname as name, s.n_live_tup as live_rows, s.n_dead_tup as dead_rows,
  pg_table_size(s.relid) as table_bytes, pg_indexes_size(s.relid) as index_bytes,
  s.seq_scan as sequential_scans, coalesce(s.idx_scan, 0) as index_scans,
  greatest(s.last_vacuum, s.last_autovacuum) as vacuumed_at, greatest(s.last_analyze, s.last_autoanalyze) as analyzed_at
from pg_stat_user_tables s where s.schemaname in ('public', 'private', 'partitions');

create or replace view private.metrics_indexes with (security_invoker = on) as
select c.relname::text as name, i.indrelid::regclass::text as table_name, m.amname::text as method,
  pg_relation_size(c.oid) as bytes, pg_stat_get_numscans(c.oid) as scans, i.indisvalid and i.indisready as is_valid
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'partitions') and c.relkind = 'i';

create or replace view private.metrics_connections with (security_invoker = on) as
select coalesce(a.state, 'unknown') as state, count(*) as connections,
  coalesce(round(extract(epoch from max(clock_timestamp() - a.state_change)))::bigint, 0) as longest_seconds
from pg_stat_activity a where a.datname = current_database() and a.backend_type = 'client backend'
group by 1;

create or replace view private.metrics_queues with (security_invoker = on) as
select q.queue, count(q.document_id) filter (where q.dead_at is null) as waiting,
  count(q.document_id) filter (where q.leased_until > clock_timestamp()) as leased,
  count(q.document_id) filter (where q.dead_at is not null) as dead,
  coalesce(greatest(round(extract(epoch from clock_timestamp() - min(q.due_at) filter (where q.dead_at is null)), 1), 0), 0)
    as oldest_seconds
from (
  select 'projection' as queue, p.document_id, p.due_at, p.leased_until, p.dead_at from private.projection_jobs p
  union all
  select 'embedding', e.document_id, e.due_at, e.leased_until, e.dead_at from private.embedding_jobs e
  union all values ('projection', null::uuid, null::timestamptz, null::timestamptz, null::timestamptz),
    ('embedding', null, null, null, null)) q
group by q.queue;

create or replace view private.metrics_jobs with (security_invoker = on) as
select * from private.scheduled_jobs();

revoke all on private.metrics_tables, private.metrics_indexes, private.metrics_connections, private.metrics_queues,
  private.metrics_jobs from public, anon, authenticated, service_role;

-- ---------------------------------------------------------------- what is handed out (service role only)

-- [{query, calls, meanMs, maxMs}], the slowest on average first; null where pg_stat_statements is not available.
-- Constants in queries are $1, $2 there: no content.
create or replace function private.slow_queries(p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_schema text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                    where e.extname = 'pg_stat_statements');
  v_found jsonb;
begin
  if v_schema is null then return null; end if;
  execute format($query$
    select coalesce(jsonb_agg(jsonb_build_object('query', left(s.query, 500), 'calls', s.calls,
      'meanMs', round(s.mean_exec_time::numeric, 2), 'maxMs', round(s.max_exec_time::numeric, 2))
      order by s.mean_exec_time desc), '[]')
    from (select * from %I.pg_stat_statements p
          where p.dbid = (select d.oid from pg_database d where d.datname = current_database())
          order by p.mean_exec_time desc limit $1) s $query$, v_schema) into v_found using p_limit;
  return v_found;
exception when others then
  -- Installed, but not loaded by the server.
  return null;
end
$$;

-- The state of the database: {time, database, connections, tables, indexes, queues, jobs, slowQueries}.
create or replace function public.operations_report() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'time', clock_timestamp(),
    'database', (
      select jsonb_build_object('version', current_setting('server_version'), 'startedAt', pg_postmaster_start_time(),
        'bytes', pg_database_size(d.datname), 'maxConnections', current_setting('max_connections')::integer,
        'commits', d.xact_commit, 'rollbacks', d.xact_rollback, 'deadlocks', d.deadlocks, 'tempBytes', d.temp_bytes,
        'cacheHitRatio', round(d.blks_hit / greatest(d.blks_hit + d.blks_read, 1)::numeric, 4),
        'oldestTransactionSeconds', (
          select coalesce(round(extract(epoch from max(clock_timestamp() - a.xact_start)))::bigint, 0)
          from pg_stat_activity a where a.datname = d.datname and a.backend_type = 'client backend'))
      from pg_stat_database d where d.datname = current_database()),
    'connections', (select coalesce(jsonb_object_agg(c.state, c.connections), '{}') from private.metrics_connections c),
    'tables', (
      select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'liveRows', t.live_rows, 'deadRows', t.dead_rows,
        'tableBytes', t.table_bytes, 'indexBytes', t.index_bytes, 'sequentialScans', t.sequential_scans,
        'indexScans', t.index_scans, 'vacuumedAt', t.vacuumed_at, 'analyzedAt', t.analyzed_at)
        order by t.table_bytes + t.index_bytes desc), '[]') from private.metrics_tables t),
    'indexes', (
      select coalesce(jsonb_agg(jsonb_build_object('name', i.name, 'table', i.table_name, 'method', i.method,
        'bytes', i.bytes, 'scans', i.scans, 'isValid', i.is_valid) order by i.bytes desc), '[]')
      from private.metrics_indexes i),
    'queues', (
      select jsonb_object_agg(q.queue, jsonb_build_object('waiting', q.waiting, 'leased', q.leased, 'dead', q.dead,
        'oldestSeconds', q.oldest_seconds)) from private.metrics_queues q),
    'jobs', (
      select coalesce(jsonb_agg(jsonb_build_object('job', j.job, 'schedule', j.schedule, 'isActive', j.is_active,
        'periodSeconds', extract(epoch from j.period)::bigint, 'lastStarted', j.last_started,
        'lastSucceeded', j.last_succeeded, 'lastStatus', j.last_status, 'lastMessage', j.last_message,
        'failures', j.failures, 'isLate', j.is_late) order by j.job), '[]') from private.metrics_jobs j),
    'slowQueries', private.slow_queries(10))
$$;

-- What a deployment needs to be in place: {extensions, available, indexes, migrations, tables, publication, jobs,
-- settings}. Of the settings only whether they are set.
create or replace function public.preflight_report() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_migrations jsonb;
begin
  if to_regclass('supabase_migrations.schema_migrations') is not null then
    select jsonb_agg(m.version order by m.version) into v_migrations from supabase_migrations.schema_migrations m;
  end if;
  return jsonb_build_object(
    'extensions', (select jsonb_object_agg(e.extname, e.extversion) from pg_extension e),
    'available', (select jsonb_agg(a.name) from pg_available_extensions a
                  where a.name in ('ltree', 'vector', 'pg_net', 'pg_cron', 'pgcrypto', 'pg_stat_statements')),
    'indexes', (select coalesce(jsonb_object_agg(i.name, i.is_valid), '{}') from private.metrics_indexes i),
    'migrations', coalesce(v_migrations, '[]'),
    'tables', (
      select jsonb_object_agg(c.oid::regclass::text, c.relrowsecurity and c.relforcerowsecurity)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'private', 'partitions') and c.relkind in ('r', 'p')),
    'publication', (
      select coalesce(jsonb_agg(p.schemaname || '.' || p.tablename order by p.tablename), '[]')
      from pg_publication_tables p where p.pubname = 'supabase_realtime'),
    'jobs', (select coalesce(jsonb_object_agg(j.job, j.is_late), '{}') from private.metrics_jobs j),
    'settings', (
      select jsonb_object_agg(s.name, exists (
        select from private.runtime_config c where c.key = s.name and btrim(c.value) <> ''))
      from unnest(array['functions_url', 'functions_secret', 'keep_warm']) s (name)));
end
$$;

-- ---------------------------------------------------------------- how the database answers (service role only)

-- Runs a query and tells {ms, indexes, scanned}: how long it took in the database, through which indexes, and which tables
-- it read from end to end.
create or replace function private.explain(p_query text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_plan json;
begin
  execute 'explain (analyze, format json) ' || p_query into v_plan;
  return jsonb_build_object('ms', v_plan::jsonb -> 0 -> 'Execution Time',
    'indexes', jsonb_path_query_array(v_plan::jsonb, 'strict $.**."Index Name" ? (@.type() == "string")', silent => true),
    'scanned', jsonb_path_query_array(v_plan::jsonb, 'strict $.** ? (@."Node Type" == "Seq Scan")."Relation Name"', silent => true));
end
$$;

-- The product's ordinary queries on a workspace, each run p_times (1 to 100), on its largest document:
-- {document: {id, blocks} | null, queries: [{name, table, rows, ms: number[], indexes, scanned}]}. Changes nothing; what
-- the workspace has nothing for (vectors, nesting) is left out.
create or replace function public.explain_queries(p_workspace_id uuid, p_times integer default 10) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_times constant integer := least(greatest(coalesce(p_times, 1), 1), 100);
  v_document record;
  v_path text;
  v_vector text;
  v_word text;
  v_query record;
  v_seen jsonb;
  v_found jsonb := '[]';
begin
  if not exists (select from public.workspaces w where w.id = p_workspace_id) then perform private.refuse_unknown(); end if;
  select b.document_id as id, count(*) as blocks into v_document
  from public.blocks b join public.documents d on d.id = b.document_id
  where d.workspace_id = p_workspace_id group by 1 order by 2 desc, 1 limit 1;
  select b.parent_path::text into v_path from public.blocks b
  where b.document_id = v_document.id order by extensions.nlevel(b.parent_path) desc limit 1;
  select b.embedding::text into v_vector from public.blocks b
  where b.document_id = v_document.id and b.embedding is not null limit 1;
  select (tsvector_to_array(b.search_words))[1] into v_word from public.blocks b
  where b.document_id = v_document.id and length(b.search_words) > 0 limit 1;

  for v_query in select q.name, q.table_name, q.sql from (values
    ('tree', 'public.documents', format('select d.id, d.parent_path, d.sort_order, d.title from public.documents d
      where d.workspace_id = %L order by d.sort_order, d.id', p_workspace_id)),
    ('log', 'public.document_updates', format('select u.seq, u.data from public.document_updates u
      where u.document_id = %L and u.seq > 0 order by u.seq limit 500', v_document.id)),
    ('first blocks', 'public.blocks', format('select b.id, b.content from public.blocks b
      where b.document_id = %L order by b.sort_order, b.id limit 120', v_document.id)),
    ('hashes', 'public.blocks', format('select b.id, b.content_hash from public.blocks b
      where b.document_id = %L', v_document.id)),
    ('below a block', 'public.blocks', format('select b.id from public.blocks b
      where b.parent_path operator(extensions.<@) %L', nullif(v_path, ''))),
    ('words', 'public.blocks', format('select b.id from public.blocks b
      where b.search_words @@ %L::tsquery limit 100', quote_literal(v_word))),
    ('nearest', 'public.blocks', format('select b.id from public.blocks b
      order by b.embedding operator(extensions.<=>) %L limit 10', v_vector))) q (name, table_name, sql)
  where q.name in ('tree') or v_document.id is not null and (q.name <> 'below a block' or v_path <> '')
    and (q.name <> 'words' or v_word is not null) and (q.name <> 'nearest' or v_vector is not null)
  loop
    v_seen := '[]';
    for v_at in 1 .. v_times loop
      v_seen := v_seen || private.explain(v_query.sql);
    end loop;
    v_found := v_found || jsonb_build_object('name', v_query.name, 'table', v_query.table_name,
      'rows', (select greatest(c.reltuples, 0)::bigint from pg_class c where c.oid = v_query.table_name::regclass),
      'ms', (select jsonb_agg(s -> 'ms') from jsonb_array_elements(v_seen) s),
      'indexes', v_seen -> -1 -> 'indexes', 'scanned', v_seen -> -1 -> 'scanned');
  end loop;
  return jsonb_build_object('document', case when v_document.id is not null then
    jsonb_build_object('id', v_document.id, 'blocks', v_document.blocks) end, 'queries', v_found);
end
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function private.period_of(text), private.scheduled_jobs(), private.watch_jobs(),
  private.keep_functions_warm(), private.slow_queries(integer), private.explain(text)
from authenticated, service_role;
revoke all on function public.operations_report(), public.preflight_report(), public.explain_queries(uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function public.operations_report(), public.preflight_report(), public.explain_queries(uuid, integer)
to service_role;

-- ---------------------------------------------------------------- by itself

do $$ begin
  if to_regprocedure('cron.schedule(text, text, text)') is not null then
    perform cron.schedule('watch jobs', '* * * * *', 'select private.watch_jobs()');
    -- A function that nobody calls for some minutes is put to sleep; its first answer then takes a second or more.
    perform cron.schedule('keep functions warm', '* * * * *', 'select private.keep_functions_warm()');
    perform private.watch_jobs();
  end if;
end $$;
