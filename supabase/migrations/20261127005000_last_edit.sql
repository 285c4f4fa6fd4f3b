-- Who wrote last in a document, and when. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- {"at", "by", "blocks"}: the newest row of the log that the guard took; `by` is null where that person's account is
-- gone, both are null where nothing was written yet or the row is in a snapshot by now. `blocks` are those projected.
create or replace function public.last_edit(p_document_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_document_id is null or p_document_id not in (select private.my_documents()) then
    perform private.refuse_unknown();
  end if;
  return jsonb_build_object('at', null, 'by', null) || coalesce((
    select jsonb_build_object('at', u.created_at, 'by', s.user_id)
    from public.document_updates u
    join public.document_sessions s on s.document_id = u.document_id and s.session_id = u.session_id
    where u.document_id = p_document_id and not exists (
      select from public.document_quarantine q where q.document_id = u.document_id and q.seq = u.seq)
    order by u.seq desc limit 1), '{}') || jsonb_build_object('blocks', (
    select count(*) from public.blocks b where b.document_id = p_document_id));
end
$$;

revoke all on function public.last_edit(uuid) from public, anon, authenticated, service_role;
grant execute on function public.last_edit(uuid) to authenticated;
