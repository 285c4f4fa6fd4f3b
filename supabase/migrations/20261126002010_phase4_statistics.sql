-- Phase 4: how closely the planner looks at the tables that grow, and how soon they are cleaned. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- Documents and workspaces differ in size by a factor of ten thousand: the 500 largest are known one by one, and a sample
-- of 150,000 rows says how many there are.
alter table public.blocks alter column document_id set statistics 500;
alter table public.documents alter column workspace_id set statistics 500;
alter table public.document_updates alter column document_id set statistics 500;
alter table public.document_sessions alter column document_id set statistics 500;
alter table private.workspace_words alter column workspace_id set statistics 500;

-- By Postgres's own rule a table of ten million rows waits for two million dead ones. Reads from the index alone
-- (idx_blocks_document_sort_covering) need pages that vacuum has seen, also where rows are only added.
alter table public.blocks set (
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02,
  autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);
alter table public.documents set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
-- One row a document, changed with every append: room on its page, so that indexes need not change.
alter table public.document_heads set (
  fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
  autovacuum_vacuum_cost_delay = 1);
-- Queues and counts: few rows, each short-lived. Left alone, their dead rows are what claiming a job reads.
alter table private.projection_jobs set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0);
alter table private.embedding_jobs set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0);
alter table private.append_budgets set (
  fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
  autovacuum_vacuum_cost_delay = 0);
alter table private.function_nonces set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);

-- The log is added to, and pruned at its old end. Where supabase/operators has parted it, its parts are the tables.
do $$
declare
  v_part record;
begin
  for v_part in select t.relid::regclass as name from pg_partition_tree('public.document_updates') t where t.isleaf
  union select 'public.document_updates'::regclass from pg_class c
    where c.oid = 'public.document_updates'::regclass and c.relkind = 'r'
  loop
    execute format('alter table %s set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02,
      autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1)', v_part.name);
  end loop;
end $$;
