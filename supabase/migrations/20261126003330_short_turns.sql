-- A turn of vectors is as short as its caller asks: texts that are long count as several. May run again.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

-- The newest of the texts whose vectors of that model are missing: [{id, hash, text}], p_limit at most and about a
-- thousand characters for each of those, where one text counts no more than the 32 chunks that are taken of it.
create or replace function public.read_embedding_texts(p_document_id uuid, p_model_id bigint, p_limit integer default 32)
returns jsonb
language sql stable security definer set search_path = '' as $$
  with missing as materialized (
    select b.id, b.text_hash, b.plain_text, b.updated_at from private.embedding_models m, public.blocks b
    where b.document_id = p_document_id and m.id = p_model_id and m.state in ('active', 'preparing')
      and b.plain_text ~ '\S'
      and b.text_hash is distinct from case m.slot when 'main' then b.embedding_hash else b.embedding_standby_hash end
    order by b.updated_at desc, b.id limit least(p_limit, 256)
  ), counted as (
    select m.*, row_number() over newest as place, sum(least(char_length(m.plain_text), 32000)) over newest as chars
    from missing m window newest as (order by m.updated_at desc, m.id)
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'hash', encode(c.text_hash, 'hex'), 'text', c.plain_text)
    order by c.place), '[]')
  from counted c where c.place = 1 or c.chars <= 1000 * least(p_limit, 256)
$$;

revoke all on function public.read_embedding_texts(uuid, bigint, integer) from public, anon, authenticated, service_role;
grant execute on function public.read_embedding_texts(uuid, bigint, integer) to service_role;
