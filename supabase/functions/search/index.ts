/** The edge function: searches by words and meaning, with the rights of the person whose token it is given. */
import { readPublishableKey } from "../_shared/database.ts";
import { readModels } from "../_shared/embeddings.ts";
import { createSearch } from "./answer.ts";

const env = (name: string) => Deno.env.get(name);
const url = env("SUPABASE_URL");
if (url === undefined) throw new Error("SUPABASE_URL is not set.");

Deno.serve(createSearch({ url, publishableKey: readPublishableKey(env), models: readModels(env) }));
