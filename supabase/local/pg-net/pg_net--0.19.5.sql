-- pg_net without its background worker: the same tables, types and signatures. What the worker does in C, the
-- stand-in's process does (net.ts): it takes requests off the queue after the commit and writes the responses.

create domain net.http_method as text check (value ilike 'get' or value ilike 'post' or value ilike 'delete');

create sequence net.http_request_queue_id_seq;
create unlogged table net.http_request_queue (
  id bigint not null default nextval('net.http_request_queue_id_seq'),
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds int not null
);
alter sequence net.http_request_queue_id_seq owned by net.http_request_queue.id;

create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out bool,
  error_msg text,
  created timestamptz not null default now()
);
create index on net._http_response (created);

create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');
create type net.http_response as (status_code integer, headers jsonb, body text);
create type net.http_response_result as (status net.request_status, message text, response net.http_response);

create function net.wake() returns void language sql as $$
  select pg_notify('pg_net_wake', '')
$$;

create function net.worker_restart() returns bool language sql as $$
  select true from net.wake()
$$;

create function net.check_worker_is_up() returns void language sql as $$
  select
$$;

create function net.wait_until_running() returns void language sql as $$
  select
$$;

create function net._urlencode_string(string varchar) returns text language plpgsql immutable strict as $$
declare
  bytes bytea := convert_to(string, 'UTF8');
  encoded text := '';
  one text;
begin
  for at in 0 .. length(bytes) - 1 loop
    one := chr(get_byte(bytes, at));
    if get_byte(bytes, at) < 128 and one ~ '[A-Za-z0-9._~-]' then
      encoded := encoded || one;
    else
      encoded := encoded || '%' || upper(lpad(to_hex(get_byte(bytes, at)), 2, '0'));
    end if;
  end loop;
  return encoded;
end
$$;

-- As libcurl takes a URL apart: it wants a scheme it knows and a host, adds the path when there is none, and puts
-- what is appended to the query before the fragment.
create function net._encode_url_with_params_array(url text, params_array text[]) returns text
language plpgsql immutable strict as $$
declare
  scheme text := lower((regexp_match(url, '^([A-Za-z][A-Za-z0-9+.-]*):'))[1]);
  part text[];
begin
  if scheme is null then
    raise exception 'invalid URL "%"', url using errcode = 'XX000';
  elsif scheme <> all ('{http,https,ftp,ftps,file,dict,gopher,imap,ldap,mqtt,pop3,rtsp,smb,smtp,telnet,tftp,ws,wss}') then
    raise exception 'Unsupported URL scheme' using errcode = 'XX000';
  end if;
  part := regexp_match(url, '^[^:]+:/{1,3}([^/?#\s]+)(/[^?#\s]*)?(\?[^#\s]*)?(#\S*)?$');
  if part is null then
    raise exception 'invalid URL "%"', url using errcode = 'XX000';
  end if;
  return scheme || '://' || part[1] || coalesce(part[2], '/')
    || coalesce(part[3], case when cardinality(params_array) > 0 then '?' else '' end)
    || case when cardinality(params_array) > 0 and part[3] <> '?' then '&' else '' end
    || array_to_string(params_array, '&') || coalesce(part[4], '');
end
$$;

create function net._enqueue(
  method text, url text, params jsonb, headers jsonb, body bytea, timeout_milliseconds int
) returns bigint language plpgsql as $$
declare
  request_id bigint;
begin
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (
    method,
    net._encode_url_with_params_array(url, array(
      select net._urlencode_string(p.key) || '=' || net._urlencode_string(p.value)
      from jsonb_each_text(coalesce(params, '{}')) p
    )),
    headers, body, timeout_milliseconds
  )
  returning id into request_id;
  perform net.wake();
  return request_id;
end
$$;

create function net.http_get(
  url text,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{}'::jsonb,
  timeout_milliseconds int default 5000
) returns bigint language sql as $$
  select net._enqueue('GET', url, params, headers, null, timeout_milliseconds)
$$;

create function net.http_post(
  url text,
  body jsonb default '{}'::jsonb,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{"Content-Type": "application/json"}'::jsonb,
  timeout_milliseconds int default 5000
) returns bigint language plpgsql as $$
declare
  content_type text := (
    select h.value from jsonb_each_text(coalesce(headers, '{}')) h where lower(h.key) = 'content-type' limit 1
  );
begin
  if content_type is null then
    headers := coalesce(headers, '{}') || '{"Content-Type": "application/json"}';
  elsif content_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  return net._enqueue('POST', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds);
end
$$;

create function net.http_delete(
  url text,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{}'::jsonb,
  timeout_milliseconds int default 5000,
  body jsonb default null
) returns bigint language sql as $$
  select net._enqueue('DELETE', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds)
$$;

create function net._await_response(request_id bigint) returns bool language plpgsql as $$
begin
  while not exists (select from net._http_response r where r.id = request_id) loop
    if version() like '%wasm%' then
      raise exception 'the response to request % cannot be waited for', request_id
        using errcode = '0A000', hint = 'PGlite has one session: commit, and look again later.';
    end if;
    perform pg_sleep(0.05);
  end loop;
  return true;
end
$$;

create function net._http_collect_response(request_id bigint, async bool default true)
returns net.http_response_result language plpgsql as $$
declare
  answer net._http_response;
begin
  if not async then
    perform net._await_response(request_id);
  end if;
  select * into answer from net._http_response r where r.id = request_id;
  if not found then
    return ('ERROR', 'request matching request_id not found', null)::net.http_response_result;
  elsif answer.error_msg is not null then
    return ('ERROR', answer.error_msg, null)::net.http_response_result;
  end if;
  return (
    'SUCCESS', 'ok', (answer.status_code, answer.headers, answer.content)::net.http_response
  )::net.http_response_result;
end
$$;

-- It says so and then fails, as the real one has since 0.11: its query has no destination.
create function net.http_collect_response(request_id bigint, async bool default true)
returns net.http_response_result language plpgsql as $$
begin
  raise notice 'The net.http_collect_response function is deprecated.';
  raise exception 'query has no destination for result data' using errcode = '42601';
end
$$;

-- As pg_net does: who may reach schema net may use it. It is no schema of the REST API.
grant usage on schema net to public;
grant all on all sequences in schema net to public;
grant all on all tables in schema net to public;
