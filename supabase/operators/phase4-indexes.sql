-- For operators of large projects, before migration 20261126002000: builds the optimised indexes of blocks while
-- everybody goes on, then takes the first ones away. Also the way forward again after supabase/rollback/phase4.sql.
-- May be run again at any time, also after it broke off half way.
--
-- Each statement is a transaction of its own: not for the SQL editor, which makes one of all.
--
--   psql "$DATABASE_URL" --file supabase/operators/phase4-indexes.sql

\set ON_ERROR_STOP on

set lock_timeout = '5s';
set statement_timeout = 0;
-- Of a build's memory: 20,000 vectors take about 60 MB. More than there is room for only makes it slower.
set maintenance_work_mem = '256MB';

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
create index concurrently if not exists idx_blocks_parent_path_gist_optimized on public.blocks
using gist (parent_path extensions.gist_ltree_ops (siglen = 256));
create index concurrently if not exists idx_blocks_document_sort_covering on public.blocks (document_id, sort_order)
include (id, type, content_hash);
create index concurrently if not exists idx_blocks_embedding_hnsw_optimized on public.blocks
using hnsw (embedding extensions.vector_cosine_ops) with (m = 24, ef_construction = 128);
create index concurrently if not exists idx_blocks_embedding_standby_hnsw_optimized on public.blocks
using hnsw (embedding_standby extensions.vector_cosine_ops) with (m = 24, ef_construction = 128);

do $$
begin
  if (select count(*) from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = 'public.blocks'::regclass and i.indisvalid and c.relname in (
        'idx_blocks_parent_path_gist_optimized', 'idx_blocks_document_sort_covering',
        'idx_blocks_embedding_hnsw_optimized', 'idx_blocks_embedding_standby_hnsw_optimized')) <> 4 then
    raise exception 'Not every optimised index is there and valid: nothing was dropped. Run this file again.';
  end if;
end $$;

drop index concurrently if exists public.idx_blocks_parent_path_gist;
drop index concurrently if exists public.idx_blocks_sort_order;
drop index concurrently if exists public.idx_blocks_embedding_hnsw;
drop index concurrently if exists public.idx_blocks_embedding_standby_hnsw;
analyze public.blocks;
