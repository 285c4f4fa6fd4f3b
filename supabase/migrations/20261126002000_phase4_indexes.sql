-- Phase 4: the optimised indexes of blocks in place of the first ones. May run again, after supabase/rollback/phase4.sql.
--
-- Figures: 50,000 blocks (20,000 vectors of 384 random numbers around 100 topics) on Postgres 17.
--
--   parent_path  signatures of 256 bytes instead of 8: what is below a block of which only the id is known,
--                `parent_path ~ '*.<id>.*'`, reads 159 pages instead of 1,388 (0.8 ms instead of 14.3); size as before
--   sort order   carries id, type and hash: what process-block compares before it writes the rows of a document of 10,000
--                blocks comes from 141 pages instead of 10,535. Small columns only: a row of an index has 2,704 bytes.
--   vectors      m = 24, ef_construction = 128 instead of 16 and 64: of the ten nearest .93 are found instead of .81;
--                it takes 3.5 times as long to build. The place of the model that is prepared next has the same.
--
-- Here they are built in one transaction, and who writes blocks (process-block alone) waits meanwhile and tries again.
-- On a project with more than 50,000 vectors, run supabase/operators/phase4-indexes.sql first: it builds them while
-- everybody goes on, and then nothing is left to do here.

set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- What a CREATE INDEX CONCURRENTLY that broke off left behind serves nobody.
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

create index if not exists idx_blocks_parent_path_gist_optimized on public.blocks
using gist (parent_path extensions.gist_ltree_ops (siglen = 256));
create index if not exists idx_blocks_document_sort_covering on public.blocks (document_id, sort_order)
include (id, type, content_hash);
create index if not exists idx_blocks_embedding_hnsw_optimized on public.blocks
using hnsw (embedding extensions.vector_cosine_ops) with (m = 24, ef_construction = 128);
create index if not exists idx_blocks_embedding_standby_hnsw_optimized on public.blocks
using hnsw (embedding_standby extensions.vector_cosine_ops) with (m = 24, ef_construction = 128);

drop index if exists public.idx_blocks_parent_path_gist;
drop index if exists public.idx_blocks_sort_order;
drop index if exists public.idx_blocks_embedding_hnsw;
drop index if exists public.idx_blocks_embedding_standby_hnsw;
