-- A better order of what is found, sooner. May run again.
--
-- Figures: nDCG@10 and recall@50 of Cranfield 0.398 and 0.677 before, 0.407 and 0.695 with this; by words alone 0.391
-- and 0.673 before, 0.406 and 0.682 with this (scripts/search/quality.ts).
--
--   small words "what is the" of a question count a tenth of what their rarity says
--   meaning     weighs as much as the best that the words found, so that it orders what they found as well when a query
--               has twenty words, of which no block has all, as when it has one
--   occurrences each form of a word is looked up by itself, and ranked only where it is: asking the index for 60 forms
--               at once took it longer than all else in a search, and each block was ranked by all of them
--   pending     what was just written waited in a list of up to 4 MB beside the index, which each look into the index read
--               from end to end, 9 ms of 9; without the list a block is written 0.1 ms slower
--
-- 10,000 blocks on PGlite, p50 / p95 of processor time, in turns: 181 / 323 ms before, 117 / 208 without the list,
-- 92 / 117 with all of these, on a machine with much else to do.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

alter index public.idx_blocks_search_words set (fastupdate = off);
alter index private.idx_workspace_words_trigrams set (fastupdate = off);
select gin_clean_pending_list('public.idx_blocks_search_words'), gin_clean_pending_list('private.idx_workspace_words_trigrams');

-- Whether a word is one of those that every English text has and that tell nothing of what it is about. In other
-- languages its rarity has to say so.
create or replace function private.is_small_word(p_word text) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select coalesce(ts_lexize('pg_catalog.english_stem', p_word) = '{}', false)
$$;

-- Where words stand: for each word of a query (`place`) and each block that has it or one of the others that it stands
-- for, how many times, each counted with its weight; and how many words the block has. Of blocks of these documents, as
-- far as the asker may read them: as blocks_with_words, which says why it is done here. `p_terms` are those of
-- weigh_terms; no more than `p_limit` finds, in the order of the terms.
--
-- Where the documents are few of many, their blocks are looked through; else the index is asked for each form.
create or replace function private.occurrences(
  p_terms jsonb, p_scope uuid[], p_types text[], p_after timestamptz, p_before timestamptz, p_limit integer
) returns table (place integer, document_id uuid, id uuid, times double precision, length integer)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = off as $$
#variable_conflict use_column
declare
  v_readable uuid[] := array(select d.id from private.my_documents() d (id) where d.id = any (p_scope));
  v_share double precision := cardinality(v_readable) / greatest(
    (select c.reltuples from pg_catalog.pg_class c where c.oid = 'public.documents'::regclass), 1);
begin
  if cardinality(v_readable) > 100 and v_share > 0.05 then
    return query
    select f.place, h.document_id, h.id, f.weight * (1 / (1.6449340668 * (1 - least(h.rank, 0.94))) - 0.5), h.length
    from (
      select t.place, t.weight, (quote_literal(w.word) || case when t.wanted like '%:*' then ':*' else '' end)::tsquery as wanted
      from rows from (jsonb_to_recordset(p_terms) as (place integer, words text[], wanted text, weight double precision))
        with ordinality t (place, words, wanted, weight, at), unnest(t.words) w (word)
      order by t.at) f, lateral (
      select b.document_id, b.id, ts_rank('{1,1,1,1}', b.search_words, f.wanted) as rank, length(b.search_words) as length
      from public.blocks b
      where b.search_words @@ f.wanted and (b.document_id in (select unnest(v_readable))) is true
        and (p_types is null or b.type = any (p_types))
        and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
      offset 0) h
    limit p_limit;
  else
    return query
    with terms as materialized (
      select t.place, t.weight, cardinality(t.words) as words, t.wanted::tsquery as wanted
      from jsonb_to_recordset(p_terms) t (place integer, words text[], wanted text, weight double precision)
    ), pool as materialized (
      select * from private.blocks_with_words((select string_agg(t.wanted::text, '|')::tsquery from terms t), v_readable,
        p_types, p_after, p_before, p_limit)
      where exists (select from terms)
    )
    select t.place, p.document_id, p.id, t.weight * case when t.words = 1
      then 1 / (1.6449340668 * (1 - least(r.rank, 0.94))) - 0.5 else 1.6449340668 * r.rank * t.words end,
      length(p.search_words)
    from pool p, terms t, lateral (select ts_rank('{1,1,1,1}', p.search_words, t.wanted) as rank offset 0) r
    where r.rank > 0;
  end if;
end
$$;

-- How much each word of a query tells: {blocks, length, terms: [{place, words, wanted, weight, idf, is_wanted}]}, where
-- `blocks` is about how many blocks are searched, `length` how many words one has, and `is_wanted` says of the words that
-- are rare enough that they are looked for, the rarest first: all blocks with "the" in them are nobody's answer. How many
-- blocks have a word is counted in a sample of those that the asker may see, and exactly where it is rare there.
create or replace function private.weigh_terms(p_workspace_id uuid, p_query text, p_scope uuid[]) returns jsonb
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' set jit = off as $$
declare
  c_sample constant integer := 500;
  c_candidates constant integer := 1500;
  c_finds constant integer := 4000;
  v_terms jsonb;
  v_sample record;
  v_rare jsonb;
  v_blocks double precision;
begin
  select coalesce(jsonb_agg(jsonb_build_object('place', q.place, 'words', q.words, 'wanted', q.wanted::text,
    'weight', q.weight)), '[]') into v_terms
  from private.parse_query(p_workspace_id, p_query) q;

  with groups as (
    select t.place, string_agg(t.wanted, '|')::tsquery as wanted,
      -- What is still being written is no small word yet.
      bool_and(t.weight < 1 or (t.wanted not like '%:*' and private.is_small_word(t.words[1]))) as is_small
    from jsonb_to_recordset(v_terms) t (place integer, words text[], wanted text, weight double precision) group by t.place
  ), sample as materialized (
    select * from private.blocks_with_words(null, p_scope[1:c_sample], null, null, null, c_sample)
  ), counted as (
    select g.place, g.is_small and not bool_and(g.is_small) over () as is_small,
      (select count(*) from sample s where s.search_words @@ g.wanted) as found from groups g
  )
  select (select count(*) from sample) as blocks, (select count(distinct s.document_id) from sample s) as documents,
    (select avg(length(s.search_words)) from sample s where length(s.search_words) > 0) as length,
    (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from counted c) as groups
  into v_sample;
  v_blocks := case when v_sample.blocks < c_sample then v_sample.blocks
    else v_sample.blocks::double precision * cardinality(p_scope) / v_sample.documents end;

  -- Words that are rare in the sample, the rarest first, are counted where they are.
  select jsonb_agg(t.item order by g.found, g.place) into v_rare
  from (
    select g.*, sum(g.found) over (order by g.found, g.place) as until
    from jsonb_to_recordset(v_sample.groups) g (place integer, is_small boolean, found bigint)
    where v_sample.blocks = c_sample and not g.is_small) g
  join jsonb_array_elements(v_terms) t (item) on (t.item ->> 'place')::integer = g.place
  where g.found <= 4 or g.until * v_blocks <= c_candidates * c_sample;

  return (
    with rare as materialized (
      select r.place, count(distinct r.id) as blocks, sum(count(*)) over () as finds
      from private.occurrences(v_rare, p_scope, null, null, null, c_finds) r where v_rare is not null group by r.place
    ), guessed as (
      select g.*, greatest(g.found, 1) * v_blocks / greatest(v_sample.blocks, 1) as guess, r.blocks as counted,
        coalesce((select max(r.finds) from rare r), 0) < c_finds as are_all_counted
      from jsonb_to_recordset(v_sample.groups) g (place integer, is_small boolean, found bigint)
      left join rare r on r.place = g.place
    ), found as (
      select g.place, g.is_small, case when g.are_all_counted then
          case when g.counted is null and g.found > 0 then g.guess else coalesce(g.counted, 0) end
        else greatest(g.counted, g.guess) end::double precision as blocks
      from guessed g
    ), summed as (
      select f.*, sum(f.blocks) over (order by f.is_small, f.blocks, f.place) as until,
        ln(1 + greatest(v_blocks - f.blocks + 0.5, 0.5) / (f.blocks + 0.5)) * case when f.is_small then 0.1 else 1 end as idf
      from found f
    )
    select jsonb_build_object('blocks', v_blocks, 'length', v_sample.length,
      'terms', (
        select coalesce(jsonb_agg(t.item || jsonb_build_object('idf', u.idf, 'is_wanted', u.blocks > 0 and not u.is_small
          and (u.until <= c_candidates or u.until = u.blocks))
          order by u.blocks, u.place, t.item -> 'weight' desc), '[]')
        from jsonb_array_elements(v_terms) t (item) join summed u on u.place = (t.item ->> 'place')::integer)));
end
$$;

-- The blocks of a workspace that match a query, best first. With `p_embedding`, the query's vector by the model that
-- is active (`p_model`), by meaning too; of another model it is not looked at.
--
-- words   0 to 1: BM25 (k1 = 2, b = 0.75; the words of the title count for its blocks) divided by what all words without
--         end would give. ts_rank of one word is 6/pi^2 times the sum of 1/j^2 over its n places in the text, so that
--         n = 1 / (pi^2/6 * (1 - rank)) - 0.5, right to a twentieth, without taking the text apart. Of several words at
--         once it is the mean of theirs: two that are there once each looked like ten places of one. Of those the sums of
--         1/j^2 are counted themselves, which is right for words that are there once.
--         Which blocks are the best is said by the rare words alone, and the best 150 are ranked by all.
-- meaning 0 to 1, the cosine above the model's floor; it orders what has the words, and finds by itself above 0.18
-- score   words + 0.3 * (0.2 + the best words) * meaning
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
  v_wanted jsonb;
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
  v_wanted := jsonb_path_query_array(v_terms, '$.terms[*] ? (@.is_wanted == true)');
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
  ), found as materialized (
    select o.document_id, o.id from (
      select o.document_id, o.id, o.place, sum(o.times) as times, min(o.length) as length
      from private.occurrences(v_wanted, v_scope, p_types, p_after, p_before, 3000) o group by 1, 2, 3) o
    join (
      select t.place, min(t.idf) as idf from jsonb_to_recordset(v_wanted) t (place integer, idf double precision)
      group by t.place) t on t.place = o.place
    group by 1, 2 order by sum(t.idf * o.times / (o.times + 2 * (0.25 + 0.75 * o.length / v_length))) desc, 1, 2 limit 150
  ), candidates as materialized (
    select b.document_id, b.id, b.type, b.plain_text, b.updated_at, b.search_words || ''::tsvector as search_words,
      case when v_is_main and b.embedding_hash = b.text_hash then b.embedding
        when not v_is_main and b.embedding_standby_hash = b.text_hash then b.embedding_standby end as vector
    from (select * from found union select * from near) f
    join public.blocks b on b.document_id = f.document_id and b.id = f.id
  ), titles as materialized (
    select array_agg(d.id) as ids, private.fold(string_agg(translate(d.title, v_mark, ' '), v_mark)) as folded
    from public.documents d where d.id in (select c.document_id from candidates c)
  ), titled as materialized (
    -- Only a title in which one of the words stands is taken apart; what has no title counts as it is.
    select d.id, private.words_of(d.title) as words
    from titles l, unnest(l.ids, string_to_array(lower(translate(l.folded, '''’', '')), v_mark)) t (id, folded)
    join public.documents d on d.id = t.id
    where exists (select from unnest(v_words) w (word) where strpos(t.folded, w.word) > 0)
  ), scored as materialized (
    -- With what the document is called: a title's word counts as much as two in the block.
    select c.*, coalesce((
      select sum(t.share * m.times / (m.times + 2 * (0.25 + 0.75 * length(c.search_words) / v_length)))
      from terms t, lateral (
        select sum(f.counts * (
          case when f.itself > 0 then 1 / (1.6449340668 * (1 - least(f.itself, 0.94))) - 0.5 else 0 end
          + case when f.others > 0 then t.weight * case when t.words = 1
            then 1 / (1.6449340668 * (1 - least(f.others, 0.94))) - 0.5
            else 1.6449340668 * f.others * t.words end else 0 end)) as times
        from (
          select 1 as counts, ts_rank('{1,1,1,1}', c.search_words, t.itself) as itself,
            ts_rank('{1,1,1,1}', c.search_words, t.others) as others
          union all
          select 2, ts_rank('{1,1,1,1}', d.words, t.itself), ts_rank('{1,1,1,1}', d.words, t.others)
          where d.words is not null) f) m), 0) as words,
      coalesce(greatest((1 - (c.vector operator(extensions.<=>) v_vector) - v_floor) / (1 - v_floor), 0), 0) as meaning
    from candidates c left join titled d on d.id = c.document_id
  ), best as (
    select s.*, s.words + 0.3 * (0.2 + max(s.words) over ()) * s.meaning as score from scored s
    order by score desc, s.document_id, s.id limit least(greatest(coalesce(p_limit, 20), 1), 100)
  )
  select s.document_id, s.id, s.type, d.title, private.path_of(d.parent_path), substr(s.plain_text, f.start + 1, 240),
    f.start, char_length(s.plain_text), s.updated_at, s.score, s.words, s.meaning
  from best s join public.documents d on d.id = s.document_id, private.snippet_start(s.plain_text, v_words) f (start)
  order by s.score desc, s.document_id, s.id;
end
$$;

revoke all on function private.is_small_word(text),
  private.occurrences(jsonb, uuid[], text[], timestamptz, timestamptz, integer)
from public, anon, authenticated, service_role;
grant execute on function private.is_small_word(text),
  private.occurrences(jsonb, uuid[], text[], timestamptz, timestamptz, integer)
to authenticated, service_role;
