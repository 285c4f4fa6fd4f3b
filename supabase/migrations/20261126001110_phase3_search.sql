-- Finding blocks by words and by meaning, as the asker: row security decides before anything is counted, ranked or
-- limited; what looks for words (blocks_with_words) applies its rule itself.

set local lock_timeout = '5s';
set local statement_timeout = '5min';

create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;

-- ---------------------------------------------------------------- words

-- Text as it is compared: no accents, no capitals, one form of each character.
create function private.fold(p_text text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select lower(extensions.unaccent('extensions.unaccent'::regdictionary, normalize(p_text, NFKC)) collate "pg_c_utf8")
$$;

-- The words of a text. Punctuation parts words, apostrophes do not. Scripts without spaces are taken in pairs of
-- neighbours, 白板保存 as 白板, 板保, 保存 and the last one alone, so that any part of a run is found. Of a very long
-- text the first 200,000 characters count: a tsvector holds a megabyte.
create function private.words_of(p_text text) returns tsvector
language sql immutable strict parallel safe set search_path = '' as $$
  with folded as (
    select translate(private.fold(left(p_text, 200000)), '!"#$%&()*+,-./:;<=>?@[\]^_`{|}~«»„“”‚‘…–—·¡¿''’',
      repeat(' ', 44)) as t
  ), split as (
    select f.t, f.t ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]'
      as has_runs from folded f
  )
  select case when not s.has_runs then to_tsvector('pg_catalog.simple', s.t)
    else to_tsvector('pg_catalog.simple',
      regexp_replace(s.t, '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+', ' ', 'g')
      || ' ' || (
        select coalesce(string_agg(regexp_replace(r.run[1], '(..)', '\1 ', 'g') || ' '
          || regexp_replace(substr(r.run[1], 2), '(..)', '\1 ', 'g'), ' '), '')
        from regexp_matches(s.t, '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+', 'g') r (run)))
    end
  from split s
$$;

alter table public.blocks
add column search_words tsvector generated always as (private.words_of(plain_text)) stored;
create index idx_blocks_search_words on public.blocks using gin (search_words);

-- Every word that ever stood in a workspace, to find those that a word of a query stands for: its other forms, words
-- that contain it, and, when nobody wrote it, what it may be a typing error of.
create table private.workspace_words (
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  word text collate "C" not null,
  primary key (workspace_id, word)
);
create index idx_workspace_words_trigrams on private.workspace_words using gin (word extensions.gin_trgm_ops);
alter table private.workspace_words enable row level security;
alter table private.workspace_words force row level security;
revoke all on private.workspace_words from public, anon, authenticated, service_role;

-- Words worth keeping there: not numbers, not pairs of characters of scripts without spaces, nothing of odd length.
create function private.note_words(p_document_id uuid, p_words tsvector[]) returns void
language sql volatile security definer set search_path = '' as $$
  insert into private.workspace_words (workspace_id, word)
  select distinct d.workspace_id, w.word
  from public.documents d, unnest(p_words) one, unnest(tsvector_to_array(one)) w (word)
  where d.id = p_document_id and char_length(w.word) between 3 and 40 and w.word !~ '[0-9]'
  -- In one order, so that two who write the same words never wait for each other.
  order by 1, 2
  on conflict do nothing
$$;

create function private.take_new_blocks() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v record;
begin
  for v in select f.document_id, array_agg(f.search_words) as words from fresh f group by f.document_id order by 1 loop
    perform private.note_words(v.document_id, v.words);
    perform private.request_vectors(array[v.document_id]);
  end loop;
  return null;
end
$$;
create trigger take_new_blocks after insert on public.blocks
referencing new table as fresh for each statement execute function private.take_new_blocks();

-- Only texts that changed; vectors that are written change none.
create function private.take_changed_blocks() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  v record;
begin
  for v in
    select f.document_id, array_agg(f.search_words) as words from fresh f
    join stale s on s.document_id = f.document_id and s.id = f.id and s.text_hash <> f.text_hash
    group by f.document_id order by 1
  loop
    perform private.note_words(v.document_id, v.words);
    perform private.request_vectors(array[v.document_id]);
  end loop;
  return null;
end
$$;
create trigger take_changed_blocks after update on public.blocks
referencing old table as stale new table as fresh for each statement execute function private.take_changed_blocks();

-- What was written before this migration.
insert into private.workspace_words (workspace_id, word)
select distinct d.workspace_id, w.word
from public.blocks b join public.documents d on d.id = b.document_id, unnest(tsvector_to_array(b.search_words)) w (word)
where char_length(w.word) between 3 and 40 and w.word !~ '[0-9]'
on conflict do nothing;

-- ---------------------------------------------------------------- what a query means

-- Whether one letter too many, too few, another or two exchanged part the words.
create function private.is_one_typo_apart(p_one text, p_other text) returns boolean
language plpgsql immutable strict parallel safe set search_path = '' as $$
declare
  v_start integer := 0;
  v_one text;
  v_other text;
begin
  if abs(length(p_one) - length(p_other)) > 1 then return false; end if;
  while v_start < least(length(p_one), length(p_other))
    and substr(p_one, v_start + 1, 1) = substr(p_other, v_start + 1, 1) loop
    v_start := v_start + 1;
  end loop;
  v_one := substr(p_one, v_start + 1);
  v_other := substr(p_other, v_start + 1);
  return substr(v_one, 2) = substr(v_other, 2) or substr(v_one, 2) = v_other or v_one = substr(v_other, 2)
    or (substr(v_one, 3) = substr(v_other, 3) and substr(v_one, 1, 2) = reverse(substr(v_other, 1, 2)));
end
$$;

-- The words of the asker's workspace that a word stands for, with how much each counts: itself 1, other forms of it
-- (they begin alike, up to three letters may differ at the end) 0.6; when nobody wrote any of these, words that contain
-- it 0.4, and when there is none either, words one typing error apart 0.6.
create function private.related_words(p_workspace_id uuid, p_word text)
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

-- The query's words as what the index is asked, one row for each word of the query and each weight. What stands last and is not followed by a space is taken as the beginning of a word.
create function private.parse_query(p_workspace_id uuid, p_query text)
returns table (place integer, words text[], wanted tsquery, weight double precision)
language sql stable set search_path = '' as $$
  with words as (
    select w.lexeme, min(p.at)::integer as at
    from unnest(private.words_of(left(p_query, 1000))) w, unnest(w.positions) p (at)
    group by w.lexeme order by 2 limit 24
  ), asked as (
    select w.at, r.word, r.weight, quote_literal(r.word)
      || case when r.weight = 1 and w.at = max(w.at) over () and p_query ~ '[^\s[:punct:]]$' then ':*' else '' end as item
    from words w, private.related_words(p_workspace_id, w.lexeme) r
  )
  select a.at, array_agg(a.word), string_agg(a.item, '|')::tsquery, a.weight from asked a group by a.at, a.weight
$$;

-- The active model, for those who embed a query: {name, slot, cosineFloor}, or null.
create function private.active_embedding_model() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('name', m.name, 'slot', m.slot, 'cosineFloor', m.cosine_floor)
  from private.embedding_models m where m.state = 'active'
$$;

-- The documents that a search looks into: of the workspace, not in the trash, below `p_within` (with it), written in or
-- made by `p_person`, as far as the asker may see them.
create function private.documents_to_search(p_workspace_id uuid, p_within uuid, p_person uuid) returns uuid[]
language sql stable set search_path = '' as $$
  select array_agg(d.id) from public.documents d
  where d.workspace_id = p_workspace_id and d.trashed_at is null
    and (p_within is null or d.id = p_within
      or d.parent_path operator(extensions.<@) (
        select w.parent_path operator(extensions.||) replace(w.id::text, '-', '') from public.documents w where w.id = p_within))
    and (p_person is null or d.created_by = p_person or exists (
      select from public.document_sessions s
      where s.document_id = d.id and s.user_id = p_person and (s.pruned_client_seq is not null or exists (
        select from public.document_updates u where u.document_id = d.id and u.session_id = s.session_id))))
$$;

-- Of a document: its ancestors' ids and titles, outermost first.
create function private.path_of(p_parent_path extensions.ltree) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'title', d.title) order by l.place), '[]')
  from unnest(string_to_array(p_parent_path::text, '.')) with ordinality l (label, place)
  join public.documents d on d.id = l.label::uuid
$$;

-- Blocks of these documents, as far as the asker may read them: those in which `p_wanted` is found, or any; not
-- sorted. Row security would read every block and look for the words afterwards, because looking for them is not
-- leakproof; this asks the index first and gives nothing but what row security gives: the documents are those of the
-- policy of blocks.
create function private.blocks_with_words(
  p_wanted tsquery, p_scope uuid[], p_types text[], p_after timestamptz, p_before timestamptz, p_limit integer
) returns table (document_id uuid, id uuid, search_words tsvector)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
#variable_conflict use_column
declare
  v_readable uuid[] := array(select private.my_documents() intersect select unnest(p_scope));
begin
  -- Joined with nothing, so that a long text is read and unpacked once, not by each who looks at it.
  return query
  select b.document_id, b.id, b.search_words || ''::tsvector from public.blocks b
  where (p_wanted is null or b.search_words @@ p_wanted) and b.document_id = any (v_readable)
    and (p_types is null or b.type = any (p_types))
    and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
  limit p_limit;
end
$$;

-- How much each word of a query tells: {blocks, length, candidates, terms: [{place, words, wanted, weight, idf}]},
-- where `blocks` is about how many blocks are searched, `length` how many words one has, and `candidates` looks for the words
-- that are rare enough to be looked for: all blocks with "the" in them are nobody's answer. How many blocks have a
-- word is counted in a sample of those that the asker may see, and exactly where it is rare there.
create function private.weigh_terms(p_workspace_id uuid, p_query text, p_scope uuid[]) returns jsonb
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
declare
  c_sample constant integer := 500;
  c_candidates constant integer := 1500;
  v_terms jsonb;
  v_sample record;
  v_rare tsquery;
  v_blocks double precision;
begin
  select coalesce(jsonb_agg(jsonb_build_object('place', q.place, 'words', q.words, 'wanted', q.wanted::text,
    'weight', q.weight)), '[]') into v_terms
  from private.parse_query(p_workspace_id, p_query) q;

  with groups as (
    select t.place, string_agg(t.wanted, '|')::tsquery as wanted
    from jsonb_to_recordset(v_terms) t (place integer, wanted text) group by t.place
  ), sample as materialized (
    select * from private.blocks_with_words(null, p_scope[1:c_sample], null, null, null, c_sample)
  ), counted as (
    select g.place, g.wanted, (select count(*) from sample s where s.search_words @@ g.wanted) as found from groups g
  )
  select (select count(*) from sample) as blocks, (select count(distinct s.document_id) from sample s) as documents,
    (select avg(length(s.search_words)) from sample s where length(s.search_words) > 0) as length,
    (select coalesce(jsonb_agg(to_jsonb(c)), '[]') from counted c) as groups
  into v_sample;
  v_blocks := case when v_sample.blocks < c_sample then v_sample.blocks
    else v_sample.blocks::double precision * cardinality(p_scope) / v_sample.documents end;

  -- Words that are rare in the sample are counted where they are, all in one go.
  select string_agg(g.wanted, '|')::tsquery into v_rare
  from jsonb_to_recordset(v_sample.groups) g (wanted text, found bigint)
  where v_sample.blocks = c_sample and g.found <= 4;

  return (
    with rare as materialized (
      select r.search_words from private.blocks_with_words(v_rare, p_scope, null, null, null, 2000) r
      where v_rare is not null
    ), found as (
      select g.place, g.wanted, case when v_sample.blocks < c_sample then g.found
        when g.found > 4 then g.found * v_blocks / c_sample
        else (select count(*) from rare r where r.search_words @@ g.wanted) end::double precision as blocks
      from jsonb_to_recordset(v_sample.groups) g (place integer, wanted tsquery, found bigint)
    ), summed as (
      select f.*, sum(f.blocks) over (order by f.blocks, f.place) as until,
        ln(1 + greatest(v_blocks - f.blocks + 0.5, 0.5) / (f.blocks + 0.5)) as idf
      from found f
    )
    select jsonb_build_object('blocks', v_blocks, 'length', v_sample.length,
      'candidates', (select string_agg(u.wanted::text, '|') from summed u
                     where u.blocks > 0 and (u.until <= c_candidates or u.until = (
                       select min(first.until) from summed first where first.blocks > 0))),
      'terms', (select coalesce(jsonb_agg(t.item || jsonb_build_object('idf', u.idf)), '[]')
                from jsonb_array_elements(v_terms) t (item) join summed u on u.place = (t.item ->> 'place')::integer)));
end
$$;

-- The blocks nearest to a vector by the index, which goes on until enough of them pass the filters. The planner thinks
-- that hardly any will pass and would compare them all: without sorting, the index is the only way to the order.
create function private.nearest_by_index(
  p_vector extensions.vector, p_slot text, p_scope uuid[], p_types text[], p_after timestamptz, p_before timestamptz,
  p_limit integer
) returns table (document_id uuid, id uuid, cosine double precision)
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' set enable_sort = off as $$
#variable_conflict use_column
begin
  perform set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '100', true);
  if p_slot = 'main' then
    return query
    select b.document_id, b.id, 1 - (b.embedding operator(extensions.<=>) p_vector) from public.blocks b
    where b.document_id = any (p_scope) and b.embedding_hash = b.text_hash
      and (p_types is null or b.type = any (p_types))
      and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
    order by b.embedding operator(extensions.<=>) p_vector limit p_limit;
  else
    return query
    select b.document_id, b.id, 1 - (b.embedding_standby operator(extensions.<=>) p_vector) from public.blocks b
    where b.document_id = any (p_scope) and b.embedding_standby_hash = b.text_hash
      and (p_types is null or b.type = any (p_types))
      and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
    order by b.embedding_standby operator(extensions.<=>) p_vector limit p_limit;
  end if;
end
$$;

-- The blocks nearest to a vector, with the cosine. Few are compared one by one; among many the index is asked.
create function private.nearest_blocks(
  p_vector extensions.vector, p_slot text, p_scope uuid[], p_types text[], p_after timestamptz, p_before timestamptz,
  p_blocks double precision, p_limit integer
) returns table (document_id uuid, id uuid, cosine double precision)
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
#variable_conflict use_column
begin
  if p_blocks > 4000 then
    return query select * from private.nearest_by_index(p_vector, p_slot, p_scope, p_types, p_after, p_before, p_limit);
    return;
  end if;
  return query
  select b.document_id, b.id, 1 - (v.vector operator(extensions.<=>) p_vector)
  from public.blocks b, lateral (
    select case p_slot when 'main' then b.embedding else b.embedding_standby end as vector,
      case p_slot when 'main' then b.embedding_hash else b.embedding_standby_hash end as hash) v
  where b.document_id = any (p_scope) and v.hash = b.text_hash and v.vector is not null
    and (p_types is null or b.type = any (p_types))
    and (p_after is null or b.updated_at >= p_after) and (p_before is null or b.updated_at < p_before)
  order by 3 desc limit p_limit;
end
$$;

-- Where a snippet of a long text begins: some characters before the first of these words that is there.
create function private.snippet_start(p_text text, p_words text[]) returns integer
language sql immutable set search_path = '' as $$
  select case when char_length(p_text) <= 240 then 0
    else least(greatest(coalesce((
      select strpos(f.folded, w.word) from (select private.fold(left(p_text, 200000)) as folded) f,
        unnest(p_words) with ordinality w (word, place)
      where strpos(f.folded, w.word) > 0 order by w.place limit 1), 1) - 61, 0), char_length(p_text) - 240) end
$$;

-- ---------------------------------------------------------------- search

-- The blocks of a workspace that match a query, best first. With `p_embedding`, the query's vector by the model that
-- is active (`p_model`), by meaning too; of another model it is not looked at.
--
-- words   0 to 1: BM25 (k1 = 2, b = 0.75; the words of the title count for its blocks) divided by what all words without end would give. ts_rank of one word is
--         6/pi^2 times the sum of 1/j^2 over its n places in the text, so that n = 1 / (pi^2/6 * (1 - rank)) - 0.5,
--         right to a twentieth, without taking the text apart.
-- meaning 0 to 1, the cosine above the model's floor; it orders what has the words, and finds by itself above 0.18
-- score   words + 0.3 * meaning
create function public.search_blocks(
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
          then t.weight * (1 / (1.6449340668 * (1 - least(r.rank * t.words, 0.94))) - 0.5) else 0 end) as times
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
          case when r.block > 0 then 1 / (1.6449340668 * (1 - least(r.block * t.words, 0.94))) - 0.5 else 0 end
          + 2 * case when r.title > 0
            then 1 / (1.6449340668 * (1 - least(r.title * t.words, 0.94))) - 0.5 else 0 end)) as times
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

-- Documents by title, best first: the same title, its beginning, a part of it, all words in any order, or about so.
create function public.search_documents(p_workspace_id uuid, p_query text, p_limit integer default 8)
returns table (document_id uuid, title text, path jsonb, updated_at timestamptz, score double precision)
language sql stable set search_path = '' as $$
  with asked as (
    select private.fold(btrim(regexp_replace(left(p_query, 1000), '\s+', ' ', 'g'))) as query
  ), rated as (
    select d.id, d.title, d.parent_path, d.updated_at, case
      when f.folded = a.query then 1
      when starts_with(f.folded, a.query) then 0.9
      when strpos(' ' || f.folded, ' ' || a.query) > 0 then 0.8
      when strpos(f.folded, a.query) > 0 then 0.7
      when (select bool_and(strpos(f.folded, w.word) > 0) from unnest(string_to_array(a.query, ' ')) w (word)) then 0.6
      when char_length(a.query) > 3 then 0.5 * extensions.word_similarity(a.query, f.folded)
      else 0 end as score
    from asked a, public.documents d, lateral (select private.fold(d.title) as folded) f
    where d.workspace_id = p_workspace_id and d.trashed_at is null and a.query ~ '[^[:punct:]\s]'
  )
  select r.id, r.title, private.path_of(r.parent_path), r.updated_at, r.score::double precision from rated r
  where r.score > 0.3 order by r.score desc, r.updated_at desc, r.id limit least(greatest(coalesce(p_limit, 8), 1), 100)
$$;

-- The blocks of other documents of the workspace that are nearest in meaning to one, best first; none while the block
-- or the project has no vector. What is hardly nearer than any two texts is left out.
create function public.related_blocks(p_document_id uuid, p_block_id uuid, p_limit integer default 8)
returns table (
  document_id uuid, block_id uuid, type text, title text, path jsonb, snippet text, snippet_start integer,
  text_length integer, updated_at timestamptz, score double precision
)
language plpgsql stable set search_path = '' set plan_cache_mode = 'force_custom_plan' as $$
#variable_conflict use_column
declare
  v_model jsonb := private.active_embedding_model();
  v_floor double precision := (v_model ->> 'cosineFloor')::double precision;
  v_limit integer := least(greatest(coalesce(p_limit, 8), 1), 100);
  v_workspace_id uuid;
  v_vector extensions.vector;
  v_scope uuid[];
  v_blocks bigint;
begin
  select d.workspace_id, case v_model ->> 'slot'
    when 'main' then case when b.embedding_hash = b.text_hash then b.embedding end
    when 'standby' then case when b.embedding_standby_hash = b.text_hash then b.embedding_standby end end
  into v_workspace_id, v_vector
  from public.blocks b join public.documents d on d.id = b.document_id
  where b.document_id = p_document_id and b.id = p_block_id;
  v_scope := array_remove(private.documents_to_search(v_workspace_id, null, null), p_document_id);
  if v_vector is null or v_scope is null then return; end if;
  select count(*) into v_blocks
  from (select from public.blocks b where b.document_id = any (v_scope) limit 4001) some_blocks;
  return query
  select b.document_id, b.id, b.type, d.title, private.path_of(d.parent_path), left(b.plain_text, 240), 0,
    char_length(b.plain_text), b.updated_at, (n.cosine - v_floor) / (1 - v_floor)
  from private.nearest_blocks(v_vector, v_model ->> 'slot', v_scope, null, null, null, v_blocks, v_limit) n
  join public.blocks b on b.document_id = n.document_id and b.id = n.id
  join public.documents d on d.id = b.document_id
  where (n.cosine - v_floor) / (1 - v_floor) > 0.2
  order by n.cosine desc, b.document_id, b.id;
end
$$;

-- For the function that embeds queries: which model's vectors are searched, {name}, or null.
create function public.active_model() returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('name', private.active_embedding_model() ->> 'name')
$$;

revoke all on all functions in schema private from public, anon;
revoke all on function private.take_new_blocks(), private.take_changed_blocks(), private.note_words(uuid, tsvector[]),
  private.is_one_typo_apart(text, text)
from authenticated, service_role;
grant execute on function private.blocks_with_words(tsquery, uuid[], text[], timestamptz, timestamptz, integer),
  private.words_of(text), private.fold(text), private.related_words(uuid, text),
  private.parse_query(uuid, text), private.active_embedding_model(), private.documents_to_search(uuid, uuid, uuid),
  private.path_of(extensions.ltree), private.weigh_terms(uuid, text, uuid[]),
  private.nearest_blocks(extensions.vector, text, uuid[], text[], timestamptz, timestamptz, double precision, integer),
  private.nearest_by_index(extensions.vector, text, uuid[], text[], timestamptz, timestamptz, integer),
  private.snippet_start(text, text[])
to authenticated, service_role;
revoke all on function public.search_blocks(uuid, text, extensions.vector, text, uuid, uuid, text[], timestamptz, timestamptz, integer),
  public.search_documents(uuid, text, integer), public.related_blocks(uuid, uuid, integer), public.active_model()
from public, anon, authenticated, service_role;
grant execute on function public.search_blocks(uuid, text, extensions.vector, text, uuid, uuid, text[], timestamptz, timestamptz, integer),
  public.search_documents(uuid, text, integer), public.related_blocks(uuid, uuid, integer), public.active_model()
to authenticated;
