-- What the contract tests of REST call: one table with row security and a function for each kind of answer.
create table public.notes (
  id uuid primary key default gen_random_uuid(),
  owner uuid not null default auth.uid(),
  body text not null check (length(body) < 1000),
  label text unique,
  data bytea,
  created_at timestamptz not null default now()
);
alter table public.notes enable row level security;
create policy "people see and write their own notes" on public.notes
  for all to authenticated using (owner = auth.uid()) with check (owner = auth.uid());

-- Nobody was granted this one; a stand-in that grants by itself shows it.
create table public.hidden (id int primary key);
alter table public.hidden enable row level security;
revoke all on public.hidden from anon, authenticated;

create function public.who() returns jsonb language sql stable as $$
  select jsonb_build_object('uid', auth.uid(), 'role', auth.role(), 'user', current_user,
    'notes', (select count(*) from public.notes), 'agent', current_setting('request.headers', true)::jsonb ->> 'x-agent')
$$;
revoke execute on function public.who() from anon;
grant execute on function public.who() to anon;

create function public.echo(p_text text, p_number numeric default 1.50, p_list uuid[] default '{}', p_json jsonb default null)
returns jsonb language sql as $$ select jsonb_build_array(p_text, p_number, p_list, p_json) $$;
create function public.quiet(p_body text) returns void language sql as $$
  insert into public.notes (body) values (p_body)
$$;
create function public.moment() returns timestamptz language sql as $$ select '2026-01-02 03:04:05+00'::timestamptz $$;
create function public.bytes(p_data bytea) returns bytea language sql as $$ select p_data $$;
create function public.nothing() returns text language sql as $$ select null::text $$;
create function public.word(p_word text) returns text language sql as $$ select p_word $$;
create function public.numbers(p_upto int) returns setof int language sql as $$ select generate_series(1, p_upto) $$;
create function public.my_notes() returns setof public.notes language sql stable as $$
  select * from public.notes order by created_at, id
$$;
create function public.pairs() returns table (a int, b text) language sql as $$ values (1, 'x'), (2, 'y') $$;
create function public.twice(p_value int) returns int language sql as $$ select p_value * 2 $$;
create function public.twice(p_value text) returns text language sql as $$ select p_value || p_value $$;
create function public.fail(p_code text) returns void language plpgsql as $$
begin
  raise exception using errcode = p_code, message = 'stable_code', detail = 'A sentence.', hint = 'A hint.';
end $$;
create function public.save_and_fail(p_body text) returns void language plpgsql as $$
begin
  insert into public.notes (body) values (p_body);
  raise exception 'after the insert';
end $$;
create function public.teapot() returns text language plpgsql as $$
begin
  perform set_config('response.status', '418', true);
  perform set_config('response.headers', '[{"x-pot": "tea"}]', true);
  return 'short';
end $$;
create function public.closed() returns int language sql as $$ select 1 $$;
revoke execute on function public.closed() from public, anon, authenticated;
