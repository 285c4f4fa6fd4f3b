-- Phase 4: a server that was off for a while is not late at once: its jobs have two periods from its start. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

create or replace function private.server_started() returns timestamptz
language sql stable set search_path = '' as $$
  select pg_postmaster_start_time()
$$;

-- As before, but for that.
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
      j.active and greatest(coalesce(r.last_succeeded, w.seen_at, clock_timestamp()), private.server_started())
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

revoke all on function private.server_started(), private.scheduled_jobs() from public, anon, authenticated, service_role;
