-- Search in half the time, with the same results; and behind a filter that leaves few blocks, the nearest of those. May
-- run again.
--
-- Figures: 100,000 blocks of 2,000 documents on Postgres 17, of the database's own processor time.
--
--   lists       where the planner knew all documents, it compared each with the 500 that its statistics name: a query
--               over the whole workspace took 10 ms to plan, five times in a search
--   rights      a function of many rows in the list of a select is called for each row: 6 ms of 9 where blocks are read
--   jit         compiling took longer than searching (130 ms), where it was thought worth it
--   words_of    0.14 ms instead of 0.27 for 200 characters: the same expressions without a plan of their own
--   titles      only those in which a word of the query stands are taken apart
--   terms       one row for each word of the query, so that a block's score is one sum and not two
--   filters     compared one by one wherever no more than 4,000 blocks pass, not only where the documents have no more
--
-- The index takes 0.3 s to build. With millions of blocks, run its line with `concurrently` before this file.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

-- ---------------------------------------------------------------- words

create or replace function private.words_of(p_text text) returns tsvector
language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  c_runs constant text := '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+';
  v_text text := translate(private.fold(left(p_text, 200000)), '!"#$%&()*+,-./:;<=>?@[\]^_`{|}~«»„“”‚‘…–—·¡¿''’',
    repeat(' ', 44));
begin
  if v_text !~ c_runs then
    return to_tsvector('pg_catalog.simple', v_text);
  end if;
  return to_tsvector('pg_catalog.simple', regexp_replace(v_text, c_runs, ' ', 'g') || ' ' || (
    select coalesce(string_agg(regexp_replace(r.run[1], '(..)', '\1 ', 'g') || ' '
      || regexp_replace(substr(r.run[1], 2), '(..)', '\1 ', 'g'), ' '), '')
    from regexp_matches(v_text, c_runs, 'g') r (run)));
end
$$;

-- Who may read a block is looked up in one go: in the list of a select, a function of many rows is called for each row.
alter policy "Members see the blocks of their documents" on public.blocks
using (document_id in (select d.id from private.my_documents() d (id)));

-- Blocks of these documents, as far as the asker may read them: those in which `p_wanted` is found, or any; not
-- sorted. Row security would read every block and look for the words afterwards, because looking for them is not
-- leakproof; this asks the index first and gives nothing but what row security gives: the documents are those of the
-- policy of blocks.
--
-- The planner compares each document of a list that it knows with the 500 that have the most blocks, which takes longer
-- than the search. It is worth that only where the documents are few of many; else it is not shown the list.
create or replace function private.blocks_with_words(
  p_wanted tsquery, p_scope uuid[], p_types text[], p_after timestamptz, p_before timestamptz, p_limit integer
) returns table (document_id uuid, id uuid, search_words tsvector)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = off as $$
#variable_conflict use_column
declare
  v_readable uuid[] := array(select d.id from private.my_documents() d (id) where d.id = any (p_scope));
  v_share double precision := cardinality(v_readable) / greatest(
    (select c.reltuples from pg_catalog.pg_class c where c.oid = 'public.documents'::regclass), 1);
begin
  -- Joined with nothing that is not cheap, so that a long text is read and unpacked once, not by each who looks at it.
  if p_wanted is null then
    return query
    select b.document_id, b.id, b.search_words || ''::tsvector from unnest(v_readable) d (id), lateral (
      select * from public.blocks b where b.document_id = d.id
        and (p_types is null or b.type = any (p_types))
        and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
      offset 0) b
    limit p_limit;
  elsif cardinality(v_readable) > 100 and v_share > 0.05 then
    return query
    select b.document_id, b.id, b.search_words || ''::tsvector from public.blocks b
    where b.search_words @@ p_wanted and (b.document_id in (select unnest(v_readable))) is true
      and (p_types is null or b.type = any (p_types))
      and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
    limit p_limit;
  else
    return query
    select b.document_id, b.id, b.search_words || ''::tsvector from public.blocks b
    where b.search_words @@ p_wanted and b.document_id = any (v_readable)
      and (p_types is null or b.type = any (p_types))
      and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
    limit p_limit;
  end if;
end
$$;

-- Where a snippet of a long text begins: some characters before the first of these words that is there.
create or replace function private.snippet_start(p_text text, p_words text[]) returns integer
language plpgsql immutable set search_path = '' as $$
declare
  v_folded text;
  v_word text;
  v_at integer := 0;
begin
  if char_length(p_text) <= 240 then return 0; end if;
  v_folded := private.fold(left(p_text, 200000));
  foreach v_word in array coalesce(p_words, '{}') loop
    v_at := strpos(v_folded, v_word);
    exit when v_at > 0;
  end loop;
  return least(greatest(v_at - 61, 0), char_length(p_text) - 240);
end
$$;

-- ---------------------------------------------------------------- meaning

-- What filters leave of some documents: the index goes by all of them, and no block is read that does not pass.
create index if not exists idx_blocks_filters on public.blocks (document_id, type, updated_at);

-- The blocks nearest to a vector by the index, which goes on until enough of them pass the filters. The planner thinks
-- that hardly any will pass and would compare them all: without sorting, the index is the only way to the order.
create or replace function private.nearest_by_index(
  p_vector extensions.vector, p_slot text, p_scope uuid[], p_types text[], p_after timestamptz, p_before timestamptz,
  p_limit integer
) returns table (document_id uuid, id uuid, cosine double precision)
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' set enable_sort = off set jit = off as $$
#variable_conflict use_column
begin
  perform set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '100', true);
  if p_slot = 'main' then
    return query
    select b.document_id, b.id, 1 - (b.embedding operator(extensions.<=>) p_vector) from public.blocks b
    where (b.document_id in (select unnest(p_scope))) is true and b.embedding_hash = b.text_hash
      and (p_types is null or b.type = any (p_types))
      and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
    order by b.embedding operator(extensions.<=>) p_vector limit p_limit;
  else
    return query
    select b.document_id, b.id, 1 - (b.embedding_standby operator(extensions.<=>) p_vector) from public.blocks b
    where (b.document_id in (select unnest(p_scope))) is true and b.embedding_standby_hash = b.text_hash
      and (p_types is null or b.type = any (p_types))
      and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
    order by b.embedding_standby operator(extensions.<=>) p_vector limit p_limit;
  end if;
end
$$;

-- The blocks nearest to a vector, with the cosine. Few are compared one by one; among many the index is asked. Few of
-- what passes the filters, that is: the index gives up before it has seen all, and where the nearest of those that pass
-- are far away it would find none of them. `p_blocks` is about how many the documents have.
create or replace function private.nearest_blocks(
  p_vector extensions.vector, p_slot text, p_scope uuid[], p_types text[], p_after timestamptz, p_before timestamptz,
  p_blocks double precision, p_limit integer
) returns table (document_id uuid, id uuid, cosine double precision)
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = off as $$
#variable_conflict use_column
declare
  c_few constant integer := 4000;
begin
  if p_blocks > c_few and c_few < (
    select count(*) from (
      select from public.blocks b
      where b.document_id = any (array(select unnest(p_scope))) and (p_types is null or b.type = any (p_types))
        and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
      limit c_few + 1) some_blocks) then
    -- A hundred at least: the first that it comes upon are not always the nearest.
    return query
    select n.document_id, n.id, n.cosine
    from private.nearest_by_index(p_vector, p_slot, p_scope, p_types, p_after, p_before, greatest(p_limit, 100)) n
    order by n.cosine desc limit p_limit;
    return;
  end if;
  return query
  select b.document_id, b.id, 1 - (v.vector operator(extensions.<=>) p_vector)
  from public.blocks b, lateral (
    select case p_slot when 'main' then b.embedding else b.embedding_standby end as vector,
      case p_slot when 'main' then b.embedding_hash else b.embedding_standby_hash end as hash) v
  where b.document_id = any (array(select unnest(p_scope))) and v.hash = b.text_hash and v.vector is not null
    and (p_types is null or b.type = any (p_types))
    and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
  order by 3 desc limit p_limit;
end
$$;

-- ---------------------------------------------------------------- search

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
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = off as $$
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
  v_mark constant text := chr(1);
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
    -- A row for each word of the query: itself, and the others that it stands for.
    select t.idf / sum(t.idf) over () as share, t.itself, t.others, t.weight, t.words from (
      select min(t.idf) as idf, min(t.weight) as weight,
        (string_agg(t.wanted, '|') filter (where t.weight = 1))::tsquery as itself,
        (string_agg(t.wanted, '|') filter (where t.weight < 1))::tsquery as others,
        sum(cardinality(t.words)) filter (where t.weight < 1) as words
      from jsonb_to_recordset(v_terms -> 'terms')
        t (place integer, words text[], wanted text, weight double precision, idf double precision)
      group by t.place) t
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
      select sum(t.share * m.times / (m.times + 2 * (0.25 + 0.75 * length(p.search_words) / v_length)))
      from terms t, lateral (
        select ts_rank('{1,1,1,1}', p.search_words, t.itself) as itself,
          ts_rank('{1,1,1,1}', p.search_words, t.others) as others offset 0) r, lateral (
        select case when r.itself > 0 then 1 / (1.6449340668 * (1 - least(r.itself, 0.94))) - 0.5 else 0 end
          + case when r.others > 0 then t.weight * case when t.words = 1
            then 1 / (1.6449340668 * (1 - least(r.others, 0.94))) - 0.5
            else 1.6449340668 * r.others * t.words end else 0 end as times offset 0) m) as words
    from pool p
  ), candidates as materialized (
    (select * from by_words w order by w.words desc nulls last limit 120)
    union
    select w.* from near n join by_words w on w.document_id = n.document_id and w.id = n.id
  ), titles as materialized (
    select array_agg(d.id) as ids, private.fold(string_agg(translate(d.title, v_mark, ' '), v_mark)) as folded
    from public.documents d where d.id in (select c.document_id from candidates c)
  ), titled as materialized (
    -- Only a title in which one of the words stands is taken apart; what has no title counts as it is.
    select d.id, private.words_of(d.title) as words
    from titles l, unnest(l.ids, string_to_array(lower(translate(l.folded, '''’', '')), v_mark)) t (id, folded)
    join public.documents d on d.id = t.id
    where exists (select from unnest(v_words) w (word) where strpos(t.folded, w.word) > 0)
  ), chosen as materialized (
    -- With what the document is called: a title's word counts as much as two in the block.
    select c.document_id, c.id, case when d.words is null then c.words else (
      select sum(t.share * m.times / (m.times + 2 * (0.25 + 0.75 * length(c.search_words) / v_length)))
      from terms t, lateral (
        select sum(f.counts * (
          case when f.itself > 0 then 1 / (1.6449340668 * (1 - least(f.itself, 0.94))) - 0.5 else 0 end
          + case when f.others > 0 then t.weight * case when t.words = 1
            then 1 / (1.6449340668 * (1 - least(f.others, 0.94))) - 0.5
            else 1.6449340668 * f.others * t.words end else 0 end)) as times
        from (values
          (1, ts_rank('{1,1,1,1}', c.search_words, t.itself), ts_rank('{1,1,1,1}', c.search_words, t.others)),
          (2, ts_rank('{1,1,1,1}', d.words, t.itself), ts_rank('{1,1,1,1}', d.words, t.others))
        ) f (counts, itself, others)) m) end as words
    from candidates c left join titled d on d.id = c.document_id
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

-- The blocks of other documents of the workspace that are nearest in meaning to one, best first; none while the block
-- or the project has no vector. What is hardly nearer than any two texts is left out.
create or replace function public.related_blocks(p_document_id uuid, p_block_id uuid, p_limit integer default 8)
returns table (
  document_id uuid, block_id uuid, type text, title text, path jsonb, snippet text, snippet_start integer,
  text_length integer, updated_at timestamptz, score double precision
)
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = off as $$
#variable_conflict use_column
declare
  v_model jsonb := private.active_embedding_model();
  v_floor double precision := (v_model ->> 'cosineFloor')::double precision;
  v_limit integer := least(greatest(coalesce(p_limit, 8), 1), 100);
  v_workspace_id uuid;
  v_vector extensions.vector;
  v_scope uuid[];
begin
  select d.workspace_id, case v_model ->> 'slot'
    when 'main' then case when b.embedding_hash = b.text_hash then b.embedding end
    when 'standby' then case when b.embedding_standby_hash = b.text_hash then b.embedding_standby end end
  into v_workspace_id, v_vector
  from public.blocks b join public.documents d on d.id = b.document_id
  where b.document_id = p_document_id and b.id = p_block_id;
  v_scope := array_remove(private.documents_to_search(v_workspace_id, null, null), p_document_id);
  if v_vector is null or v_scope is null then return; end if;
  return query
  select b.document_id, b.id, b.type, d.title, private.path_of(d.parent_path), left(b.plain_text, 240), 0,
    char_length(b.plain_text), b.updated_at, (n.cosine - v_floor) / (1 - v_floor)
  from private.nearest_blocks(v_vector, v_model ->> 'slot', v_scope, null, null, null, 'infinity', v_limit) n
  join public.blocks b on b.document_id = n.document_id and b.id = n.id
  join public.documents d on d.id = b.document_id
  where (n.cosine - v_floor) / (1 - v_floor) > 0.2
  order by n.cosine desc, b.document_id, b.id;
end
$$;
