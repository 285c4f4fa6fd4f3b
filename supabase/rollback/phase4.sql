-- Phase 4 back: the first indexes of blocks in place of the optimised ones. Indexes only: no row changes, the statistics,
-- settings and views of phase 4 stay, and so does its record, so that nothing believes the database too old. Searches and
-- edits go on meanwhile, and at no moment is a column without an index. May be run again at any time, also after it broke
-- off half way. Forward again: supabase/operators/phase4-indexes.sql.
--
-- Each statement is a transaction of its own: not for the SQL editor, which makes one of all.
--
--   psql "$DATABASE_URL" --file supabase/rollback/phase4.sql

\set ON_ERROR_STOP on

set lock_timeout = '5s';
set statement_timeout = 0;
-- Of a build's memory: 20,000 vectors take about 60 MB. More than there is room for only makes it slower.
set maintenance_work_mem = '256MB';

-- What a CREATE INDEX CONCURRENTLY that broke off left behind serves nobody, and IF NOT EXISTS would keep it.
do $$
declare
  v_index record;
begin
  for v_index in select i.indexrelid::regclass as name from pg_index i
    where i.indrelid = 'public.blocks'::regclass and not i.indisvalid
  loop
    execute format('drop index %s', v_index.name);
  end loop;
end $$;

-- Waiting for the transactions of others is what these do for a living.
set lock_timeout = 0;
create index concurrently if not exists idx_blocks_parent_path_gist on public.blocks
using gist (parent_path extensions.gist_ltree_ops);
create index concurrently if not exists idx_blocks_sort_order on public.blocks (document_id, sort_order);
create index concurrently if not exists idx_blocks_embedding_hnsw on public.blocks
using hnsw (embedding extensions.vector_cosine_ops) with (m = 16, ef_construction = 64);
create index concurrently if not exists idx_blocks_embedding_standby_hnsw on public.blocks
using hnsw (embedding_standby extensions.vector_cosine_ops) with (m = 16, ef_construction = 64);

do $$
begin
  if (select count(*) from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = 'public.blocks'::regclass and i.indisvalid and c.relname in (
        'idx_blocks_parent_path_gist', 'idx_blocks_sort_order', 'idx_blocks_embedding_hnsw',
        'idx_blocks_embedding_standby_hnsw')) <> 4 then
    raise exception 'Not every first index is there and valid: nothing was dropped. Run this file again.';
  end if;
end $$;

drop index concurrently if exists public.idx_blocks_parent_path_gist_optimized;
drop index concurrently if exists public.idx_blocks_document_sort_covering;
drop index concurrently if exists public.idx_blocks_embedding_hnsw_optimized;
drop index concurrently if exists public.idx_blocks_embedding_standby_hnsw_optimized;
analyze public.blocks;
