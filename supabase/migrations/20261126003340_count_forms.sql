-- Other forms of a word count as often as they are there. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- The blocks of a workspace that match a query, best first. With `p_embedding`, the query's vector by the model that
-- is active (`p_model`), by meaning too; of another model it is not looked at.
--
-- words   0 to 1: BM25 (k1 = 2, b = 0.75; the words of the title count for its blocks) divided by what all words without
--         end would give. ts_rank of one word is 6/pi^2 times the sum of 1/j^2 over its n places in the text, so that
--         n = 1 / (pi^2/6 * (1 - rank)) - 0.5, right to a twentieth, without taking the text apart. Of several words at
--         once it is the mean of theirs: two that are there once each looked like ten places of one. Of those the sums of
--         1/j^2 are counted themselves, which is right for words that are there once.
-- meaning 0 to 1, the cosine above the model's floor; it orders what has the words, and finds by itself above 0.18
-- score   words + 0.3 * meaning
create or replace function public.search_blocks(
  p_workspace_id uuid, p_query text, p_embedding extensions.vector default null, p_model text default null,
  p_within uuid default null, p_person uuid default null, p_types text[] default null,
  p_after timestamptz default null, p_before timestamptz default null, p_limit integer default 20
) returns table (
  document_id uuid, block_id uuid, type text, title text, path jsonb, snippet text, snippet_start integer,
  text_length integer, updated_at timestamptz, score double precision, words double precision, meaning double precision
)
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
#variable_conflict use_column
declare
  v_scope uuid[] := private.documents_to_search(p_workspace_id, p_within, p_person);
  v_model jsonb := private.active_embedding_model();
  v_floor double precision := coalesce((v_model ->> 'cosineFloor')::double precision, 0);
  v_is_main boolean := v_model ->> 'slot' = 'main';
  v_vector extensions.vector;
  v_terms jsonb;
  v_candidates tsquery;
  v_words text[];
  v_length double precision;
  v_near jsonb;
begin
  if v_scope is null then return; end if;
  if v_model ->> 'name' = p_model and extensions.vector_dims(p_embedding) = 384
    and extensions.vector_norm(p_embedding) > 0 then
    v_vector := p_embedding;
  end if;
  v_terms := private.weigh_terms(p_workspace_id, p_query, v_scope);
  v_candidates := (v_terms ->> 'candidates')::tsquery;
  v_length := greatest((v_terms ->> 'length')::double precision, 1);
  select array_agg(w.word order by t.idf desc, t.weight desc) into v_words
  from jsonb_to_recordset(v_terms -> 'terms') t (words text[], idf double precision, weight double precision), unnest(t.words) w (word);
  select jsonb_agg(to_jsonb(n)) into v_near
  from private.nearest_blocks(v_vector, v_model ->> 'slot', v_scope, p_types, p_after, p_before,
    (v_terms ->> 'blocks')::double precision, 100) n
  where v_vector is not null and n.cosine > v_floor + 0.18 * (1 - v_floor);

  return query
  with terms as materialized (
    select t.place, t.idf, t.wanted, t.weight, cardinality(t.words) as words
    from jsonb_to_recordset(v_terms -> 'terms')
      t (place integer, words text[], wanted tsquery, weight double precision, idf double precision)
  ), near as materialized (
    select * from jsonb_to_recordset(v_near) n (document_id uuid, id uuid)
  ), pool as materialized (
    select * from private.blocks_with_words(v_candidates, v_scope, p_types, p_after, p_before, 2000)
    where v_candidates is not null
    union all
    select b.document_id, b.id, b.search_words || ''::tsvector from near n
    join public.blocks b on b.document_id = n.document_id and b.id = n.id
  ), by_words as materialized (
    select p.document_id, p.id, p.search_words, (
      select sum(m.idf * m.times / (m.times + 2 * (0.25 + 0.75 * length(p.search_words) / v_length))) / sum(m.idf)
      from (
        select t.place, t.idf, sum(case when r.rank > 0
          then t.weight * case when t.words = 1 then 1 / (1.6449340668 * (1 - least(r.rank, 0.94))) - 0.5
            else 1.6449340668 * r.rank * t.words end else 0 end) as times
        from terms t, lateral (select ts_rank('{1,1,1,1}', p.search_words, t.wanted) as rank) r
        group by t.place, t.idf) m) as words
    from pool p
  ), candidates as materialized (
    (select w.document_id, w.id, w.search_words from by_words w order by w.words desc nulls last limit 120)
    union
    select w.document_id, w.id, w.search_words from near n
    join by_words w on w.document_id = n.document_id and w.id = n.id
  ), titled as materialized (
    select d.id, private.words_of(d.title) as words from public.documents d
    where d.id in (select c.document_id from candidates c)
  ), chosen as materialized (
    -- Once more, with what the document is called: a title's word counts as much as two in the block.
    select c.document_id, c.id, (
      select sum(m.idf * m.times / (m.times + 2 * (0.25 + 0.75 * length(c.search_words) / v_length))) / sum(m.idf)
      from (
        select t.place, t.idf, sum(t.weight * (
          case when r.block <= 0 then 0 when t.words = 1 then 1 / (1.6449340668 * (1 - least(r.block, 0.94))) - 0.5
            else 1.6449340668 * r.block * t.words end
          + 2 * case when r.title <= 0 then 0 when t.words = 1 then 1 / (1.6449340668 * (1 - least(r.title, 0.94))) - 0.5
            else 1.6449340668 * r.title * t.words end)) as times
        from terms t, lateral (
          select ts_rank('{1,1,1,1}', c.search_words, t.wanted) as block,
            ts_rank('{1,1,1,1}', d.words, t.wanted) as title) r
        group by t.place, t.idf) m) as words
    from candidates c join titled d on d.id = c.document_id
  ), scored as materialized (
    select b.document_id, b.id, b.type, b.plain_text, b.updated_at, coalesce(c.words, 0) as words, coalesce(greatest(
      (1 - (v.vector operator(extensions.<=>) v_vector) - v_floor) / (1 - v_floor), 0), 0) as meaning
    from chosen c join public.blocks b on b.document_id = c.document_id and b.id = c.id, lateral (
      select case when v_is_main and b.embedding_hash = b.text_hash then b.embedding
        when not v_is_main and b.embedding_standby_hash = b.text_hash then b.embedding_standby end as vector) v
  ), best as (
    select s.*, s.words + 0.3 * s.meaning as score from scored s
    order by s.words + 0.3 * s.meaning desc, s.document_id, s.id limit least(greatest(coalesce(p_limit, 20), 1), 100)
  )
  select s.document_id, s.id, s.type, d.title, private.path_of(d.parent_path), substr(s.plain_text, f.start + 1, 240),
    f.start, char_length(s.plain_text), s.updated_at, s.score, s.words, s.meaning
  from best s join public.documents d on d.id = s.document_id, private.snippet_start(s.plain_text, v_words) f (start)
  order by s.score desc, s.document_id, s.id;
end
$$;

revoke all on function public.search_blocks(uuid, text, extensions.vector, text, uuid, uuid, text[], timestamptz, timestamptz, integer)
from public, anon, authenticated, service_role;
grant execute on function public.search_blocks(uuid, text, extensions.vector, text, uuid, uuid, text[], timestamptz, timestamptz, integer)
to authenticated;
