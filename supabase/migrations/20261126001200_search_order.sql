-- Better orders, measured on Cranfield (npm run benchmark:search): nDCG@10 .374 -> .40, recall@50 .655 -> .67.
--
-- Other forms of a word are those that begin alike (up to three letters may differ at the end); words that only contain
-- it count when nobody wrote it. The words of a document's title count for its blocks. BM25 has k1 = 2 and b = 0.75, and
-- meaning weighs 0.3.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- The words of the asker's workspace that a word stands for, with how much each counts.
create or replace function private.related_words(p_workspace_id uuid, p_word text)
returns table (word text, weight double precision)
language plpgsql stable security definer set search_path = '' as $$
declare
  v_length integer := char_length(p_word);
begin
  if p_workspace_id not in (select private.my_workspaces()) then return; end if;
  word := p_word;
  weight := 1;
  return next;
  if v_length < 3 or v_length > 40 or p_word ~ '[0-9%_\\]' then return; end if;
  return query
  select w.word::text, 0.6::double precision from private.workspace_words w
  where w.workspace_id = p_workspace_id and v_length > 3
    and starts_with(w.word, case when v_length > 5 then left(p_word, greatest(5, v_length - 3)) else p_word end)
    and w.word like left(p_word, 3) || '%'
    and char_length(w.word) <= v_length + 3 and w.word <> p_word
  order by abs(char_length(w.word) - v_length), w.word limit 16;
  if found or exists (select from private.workspace_words w where w.workspace_id = p_workspace_id and w.word = p_word) then
    return;
  end if;
  return query
  select w.word::text, 0.4::double precision from private.workspace_words w
  where w.workspace_id = p_workspace_id and w.word like '%' || p_word || '%'
  order by char_length(w.word), w.word limit 12;
  if found or v_length < 4 then return; end if;
  perform set_config('pg_trgm.similarity_threshold', '0.2', true);
  return query
  select f.word::text, 0.6::double precision from (
    select w.word, extensions.similarity(w.word, p_word) as alike from private.workspace_words w
    where w.workspace_id = p_workspace_id and w.word operator(extensions.%) p_word
    order by alike desc limit 60) f
  where private.is_one_typo_apart(f.word, p_word)
  order by f.alike desc limit 5;
end
$$;

-- As before; see above for what changed.
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
  where v_vector is not null and n.cosine > v_floor;

  return query
  with terms as materialized (
    select * from jsonb_to_recordset(v_terms -> 'terms')
      t (place integer, words text[], wanted tsquery, weight double precision, idf double precision)
  ), near as materialized (
    select * from jsonb_to_recordset(v_near) n (document_id uuid, id uuid)
  ), pool as materialized (
    -- Joined with nothing: unpacked once, see weigh_terms.
    (select b.document_id, b.id, b.search_words || ''::tsvector as search_words from public.blocks b
     where b.search_words @@ v_candidates and b.document_id = any (v_scope)
       and (p_types is null or b.type = any (p_types))
       and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
     limit 3000)
    union all
    select b.document_id, b.id, b.search_words || ''::tsvector from near n
    join public.blocks b on b.document_id = n.document_id and b.id = n.id
  ), by_words as materialized (
    select p.document_id, p.id, (
      select sum(m.idf * m.times / (m.times + 2 * (0.25 + 0.75 * length(p.search_words) / v_length))) / sum(m.idf)
      from (
        select t.place, t.idf, sum(case when r.rank > 0
          then t.weight * (1 / (1.6449340668 * (1 - least(r.rank * cardinality(t.words), 0.94))) - 0.5) else 0 end) as times
        from terms t, lateral (select ts_rank('{1,1,1,1}', p.search_words, t.wanted) as rank) r
        group by t.place, t.idf) m) as words
    from pool p
  ), candidates as materialized (
    (select w.document_id, w.id from by_words w order by w.words desc nulls last limit 200)
    union
    select n.document_id, n.id from near n
  ), chosen as (
    -- Once more, with what the document is called: a title's word counts as much as two in the block.
    select c.document_id, c.id, (
      select sum(m.idf * m.times / (m.times + 2 * (0.25 + 0.75 * length(b.search_words) / v_length))) / sum(m.idf)
      from (
        select t.place, t.idf, sum(t.weight * (
          case when r.block > 0
            then 1 / (1.6449340668 * (1 - least(r.block * cardinality(t.words), 0.94))) - 0.5 else 0 end
          + 2 * case when r.title > 0
            then 1 / (1.6449340668 * (1 - least(r.title * cardinality(t.words), 0.94))) - 0.5 else 0 end)) as times
        from terms t, lateral (
          select ts_rank('{1,1,1,1}', b.search_words, t.wanted) as block,
            ts_rank('{1,1,1,1}', titled.words, t.wanted) as title) r
        group by t.place, t.idf) m) as words
    from candidates c join public.blocks b on b.document_id = c.document_id and b.id = c.id
    join public.documents d on d.id = c.document_id, lateral (select private.words_of(d.title) as words offset 0) titled
  ), scored as (
    select c.document_id, c.id, coalesce(c.words, 0) as words, coalesce(greatest(
      (1 - (v.vector operator(extensions.<=>) v_vector) - v_floor) / (1 - v_floor), 0), 0) as meaning
    from chosen c join public.blocks b on b.document_id = c.document_id and b.id = c.id, lateral (
      select case when v_is_main and b.embedding_hash = b.text_hash then b.embedding
        when not v_is_main and b.embedding_standby_hash = b.text_hash then b.embedding_standby end as vector) v
  ), best as (
    select s.*, s.words + 0.3 * s.meaning as score from scored s
    order by 5 desc, s.document_id, s.id limit least(greatest(coalesce(p_limit, 20), 1), 100)
  )
  select b.document_id, b.id, b.type, d.title, private.path_of(d.parent_path), substr(b.plain_text, f.start + 1, 240),
    f.start, char_length(b.plain_text), b.updated_at, s.score, s.words, s.meaning
  from best s join public.blocks b on b.document_id = s.document_id and b.id = s.id
  join public.documents d on d.id = b.document_id, private.snippet_start(b.plain_text, v_words) f (start)
  order by s.score desc, s.document_id, s.id;
end
$$;
