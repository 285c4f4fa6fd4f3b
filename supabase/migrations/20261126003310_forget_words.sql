-- Words that nobody's text has any more are forgotten, and members hear of their own workspace only. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- When a word was first missed in all texts of its workspace. Missed again a day later, it is forgotten; writing it again
-- takes the mark away, so that no word is lost that is written while others are looked for.
alter table private.workspace_words add column if not exists missed_at timestamptz;

create or replace function private.note_words(p_document_id uuid, p_words tsvector[]) returns void
language sql volatile security definer set search_path = '' as $$
  insert into private.workspace_words as known (workspace_id, word)
  select distinct d.workspace_id, w.word
  from public.documents d, unnest(p_words) one, unnest(tsvector_to_array(one)) w (word)
  where d.id = p_document_id and char_length(w.word) between 3 and 40 and w.word !~ '[0-9]'
  -- In one order, so that two who write the same words never wait for each other.
  order by 1, 2
  on conflict (workspace_id, word) do update set missed_at = null where known.missed_at is not null
$$;

-- Looks through the texts of a workspace once. How many words were forgotten.
create or replace function private.forget_words(p_workspace_id uuid) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_forgotten bigint;
begin
  with written as materialized (
    select distinct w.word from public.documents d
    join public.blocks b on b.document_id = d.id, unnest(tsvector_to_array(b.search_words)) w (word)
    where d.workspace_id = p_workspace_id
  ), known as materialized (
    select k.word, k.missed_at, w.word is not null as is_written
    from private.workspace_words k left join written w on w.word = k.word where k.workspace_id = p_workspace_id
  ), marked as (
    update private.workspace_words w set missed_at = case when not k.is_written then v_now end
    from known k
    where w.workspace_id = p_workspace_id and w.word = k.word and k.is_written = (k.missed_at is not null)
  ), gone as (
    delete from private.workspace_words w using known k
    where w.workspace_id = p_workspace_id and w.word = k.word and not k.is_written
      and w.missed_at < v_now - interval '12 hours'
    returning w.word
  )
  select count(*) into v_forgotten from gone;
  return v_forgotten;
end
$$;

-- Each workspace once a day, at a minute of its own.
create or replace function private.forget_words_of_this_minute() returns void
language sql volatile security definer set search_path = '' as $$
  select private.forget_words(w.id) from public.workspaces w
  where mod(hashtext(w.id::text)::bigint + 2147483648, 1440)
    = extract(hour from clock_timestamp()) * 60 + extract(minute from clock_timestamp())
$$;

-- For the members of a workspace: {model, waiting, failed, preparing: {name, progress} | null}. All of it is about that
-- workspace's documents: `waiting` those whose latest words cannot be found by meaning yet, `progress` (0 to 1) the
-- share of those with text that the model which is being prepared is through with.
create or replace function public.search_status(p_workspace_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_active private.embedding_models;
  v_next private.embedding_models;
  v_documents bigint;
  v_left bigint;
begin
  perform private.require_role(p_workspace_id, 'owner', 'admin', 'editor', 'commenter', 'viewer');
  select m.* into v_active from private.embedding_models m where m.state = 'active';
  select m.* into v_next from private.embedding_models m where m.state = 'preparing';
  if v_next.id is not null then
    select count(*), count(*) filter (where j.document_id is not null) into v_documents, v_left
    from public.documents d left join private.embedding_jobs j on j.document_id = d.id
    where d.workspace_id = p_workspace_id
      and exists (select from public.blocks b where b.document_id = d.id and b.plain_text ~ '\S');
  end if;
  return (
    select jsonb_build_object('model', v_active.name,
      'waiting', count(*) filter (where j.dead_at is null
        and (v_next.id is null or private.count_missing_vectors(j.document_id, array[v_active.id], 1) > 0)),
      'failed', count(*) filter (where j.dead_at is not null),
      'preparing', case when v_next.id is not null then jsonb_build_object('name', v_next.name,
        'progress', round(1 - v_left::numeric / greatest(v_documents, 1), 2)) end)
    from private.embedding_jobs j join public.documents d on d.id = j.document_id
    where d.workspace_id = p_workspace_id);
end
$$;

revoke all on function private.note_words(uuid, tsvector[]), private.forget_words(uuid),
  private.forget_words_of_this_minute(), public.search_status(uuid)
from public, anon, authenticated, service_role;
grant execute on function public.search_status(uuid) to authenticated;

do $$ begin
  if to_regprocedure('cron.schedule(text, text, text)') is not null then
    perform cron.schedule('forget words', '* * * * *', 'select private.forget_words_of_this_minute()');
  end if;
end $$;
