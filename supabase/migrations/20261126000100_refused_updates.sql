-- What a page needs to tell people about updates that the guard refused.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- The newest 100, newest first: [{seq, reason, userId, name, at}]. `at` is when the row was written; who wrote it
-- and has no account any more is 'Someone' without an id.
create function public.list_refused_updates(p_document_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  if p_document_id is null or p_document_id not in (select private.my_documents()) then
    perform private.refuse_unknown();
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('seq', q.seq, 'reason', q.reason, 'userId', s.user_id,
      'name', coalesce(p.name, 'Someone'), 'at', coalesce(u.created_at, q.created_at)) order by q.seq desc), '[]')
    from (select * from public.document_quarantine one where one.document_id = p_document_id
          order by one.seq desc limit 100) q
    left join public.document_updates u on u.document_id = q.document_id and u.seq = q.seq
    left join public.document_sessions s on s.document_id = u.document_id and s.session_id = u.session_id
    left join public.profiles p on p.id = s.user_id);
end
$$;

revoke all on function public.list_refused_updates(uuid) from public, anon, authenticated, service_role;
grant execute on function public.list_refused_updates(uuid) to authenticated;
