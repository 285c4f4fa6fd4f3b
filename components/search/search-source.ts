/** Where answers come from: the database by words, the function `search` by words and meaning, as the person. */
import * as z from "zod/mini";
import { fromServerError, type ServerError } from "../../lib/core/errors.ts";
import { cleanQuery } from "../../lib/core/search-text.ts";
import type { BrowserSupabase } from "../../lib/supabase/browser.ts";
import { type FunctionArguments, type FunctionName, forRpc } from "../../lib/supabase/functions.ts";
import { afterOf, type Filters, KINDS, narrowDocuments } from "./filters.ts";
import {
  BlockRows,
  DocumentRows,
  type Hits,
  SearchAnswer,
  type SearchStatus,
  StatusAnswer,
} from "./search-answers.ts";

export type Question = { readonly query: string; readonly filters: Filters };
export type Member = { readonly id: string; readonly name: string };

/** Each rejects where there is no answer, also when `signal` says that nobody waits for it. */
export interface SearchSource {
  byWords(question: Question, signal: AbortSignal): Promise<Hits>;
  /** `byMeaning` is false where words alone were compared. */
  byMeaning(question: Question, signal: AbortSignal): Promise<Hits & { readonly byMeaning: boolean }>;
  status(): Promise<SearchStatus>;
  /** Who may be asked for, by name. */
  members(): Promise<Member[]>;
}

const LIMIT_MS = 10_000;
/** Titles are narrowed here: more are asked for then. */
export const TITLES = 8;
const TITLES_TO_NARROW = 100;

/** `connect` is called at the first use, which is never on the server. */
export function supabaseSearch(connect: () => Promise<BrowserSupabase>, workspaceId: string): SearchSource {
  const call = async <Name extends FunctionName>(
    name: Name,
    values: FunctionArguments<Name>,
    signal: AbortSignal,
  ): Promise<unknown> => dataOf(await (await connect()).rpc(name, forRpc<Name>(values)).abortSignal(signal));
  return {
    async byWords({ query, filters }, signal) {
      const asked = { p_workspace_id: workspaceId, p_query: cleanQuery(query) };
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
      const limit = filters.within === null && filters.since === null ? TITLES : TITLES_TO_NARROW;
      const [documents, blocks] = await Promise.all([
        call("search_documents", { ...asked, p_limit: limit }, inTime),
        call("search_blocks", { ...asked, ...argumentsOf(filters) }, inTime),
      ]);
      const titles = narrowDocuments(DocumentRows.parse(documents), filters, Date.now());
      return { documents: titles.slice(0, TITLES), blocks: BlockRows.parse(blocks) };
    },
    async byMeaning({ query, filters }, signal) {
      const body = { workspaceId, query: cleanQuery(query), ...namesOf(filters) };
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
      const { data, error } = await (await connect()).functions.invoke("search", { body, signal: inTime });
      if (error) throw error;
      const answer = SearchAnswer.parse(data);
      return { ...answer, documents: narrowDocuments(answer.documents, filters, Date.now()) };
    },
    async status() {
      const signal = AbortSignal.timeout(LIMIT_MS);
      return StatusAnswer.parse(await call("search_status", { p_workspace_id: workspaceId }, signal));
    },
    members: async () => readMembers(await connect(), workspaceId),
  };
}

function dataOf(answer: { data: unknown; error: ServerError | null; status: number }): unknown {
  if (answer.error) throw fromServerError(answer.error, answer.status);
  return answer.data;
}

const typesOf = ({ kind }: Filters): string[] | null => (kind === null ? null : [...KINDS[kind].types]);

const argumentsOf = (filters: Filters) => ({
  p_within: filters.within,
  p_person: filters.person,
  p_types: typesOf(filters),
  p_after: afterOf(filters, Date.now()),
});

/** As the function names them; what is null is left out. */
function namesOf(filters: Filters): Record<string, unknown> {
  const { within, person } = filters;
  const named = { within, person, types: typesOf(filters), after: afterOf(filters, Date.now()) };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== null));
}

const MemberRows = z.array(z.object({ user_id: z.guid() }));
const ProfileRows = z.array(z.object({ id: z.guid(), name: z.string() }));

async function readMembers(client: BrowserSupabase, workspaceId: string): Promise<Member[]> {
  const [members, profiles] = await Promise.all([
    client.from("workspace_members").select("user_id").eq("workspace_id", workspaceId),
    client.from("profiles").select("id,name"),
  ]);
  const here = new Set(MemberRows.parse(dataOf(members)).map(({ user_id }) => user_id));
  return ProfileRows.parse(dataOf(profiles))
    .filter(({ id }) => here.has(id))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
