-- A large workspace goes in one call, all of it or nothing. May run again.
--
-- PostgREST takes this setting of a function as the limit of the whole call; else it is the eight seconds of hosted
-- projects. 1,000 documents of 100 blocks and 20 updates each take 2.8 s on a busy machine (Postgres 17), so that sixty
-- seconds, the most that hosted projects let a call take, are enough for two million blocks.

set local lock_timeout = '5s';
set local statement_timeout = '1min';

alter function public.delete_account(uuid) set statement_timeout = '60s';
