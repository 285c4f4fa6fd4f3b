-- Attachments: images and files of documents, in a private bucket of Storage.
--
-- An object is named `<document id>/<attachment id>`, two uuids in small letters and nothing else. So one id, the
-- document's, decides who reads and who writes, and no file name becomes part of a key: Storage refuses letters
-- outside ASCII there, and a name would tell of the content. What the file is called stands in the document.
--
-- Hosted projects let a migration write storage.buckets and make policies on storage.objects, and nothing else
-- in that schema: the tables belong to Storage, which has switched their row security on.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('attachments', 'attachments', false, 52428800, array[
  'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif',
  'audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/wav', 'audio/webm',
  'video/mp4', 'video/webm', 'video/quicktime',
  'application/pdf', 'application/zip', 'application/json',
  'text/plain', 'text/csv', 'text/markdown',
  'application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.oasis.opendocument.spreadsheet',
  'application/vnd.oasis.opendocument.presentation'
])
on conflict (id) do update set public = excluded.public, file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;

-- Where an append would be accepted: the asker writes there, and it is not in the trash.
create function private.documents_i_write() returns setof uuid
language sql stable security definer set search_path = '' as $$
  select d.id from public.documents d
  join public.workspace_members m on m.workspace_id = d.workspace_id
  where m.user_id = (select auth.uid()) and m.role in ('owner', 'admin', 'editor') and d.trashed_at is null
$$;
revoke all on function private.documents_i_write() from public, anon, authenticated, service_role;
grant execute on function private.documents_i_write() to authenticated, service_role;

-- Ids are compared as text: a name of another form matches nothing, where a cast would be an error.
create policy "Members read the attachments of their documents" on storage.objects
for select to authenticated using (
  bucket_id = 'attachments'
  and split_part(name, '/', 1) in (select d.id::text from private.my_documents() d (id)));
create policy "Writers attach files to their documents" on storage.objects
for insert to authenticated with check (
  bucket_id = 'attachments'
  and name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  and split_part(name, '/', 1) in (select d.id::text from private.documents_i_write() d (id)));
create policy "Writers remove attachments of their documents" on storage.objects
for delete to authenticated using (
  bucket_id = 'attachments'
  and split_part(name, '/', 1) in (select d.id::text from private.documents_i_write() d (id)));
-- There is no policy for changing: an attachment is never replaced, so what a reader has seen stays what it was.
