import { describe, expect, it } from "vitest";
import type { Database } from "./database.ts";
import { prepareDatabase } from "./database-open.ts";
import { parseOptions } from "./options.ts";

/** A server that lacks these extensions and can do nothing else. */
function serverWithout(...names: string[]): Database {
  const query = async () => ({ rows: names.map((name) => ({ name })) });
  return { kind: "native", query } as unknown as Database;
}

const options = { ...parseOptions(["--data", "nowhere"]), databaseUrl: null };

describe("a server without what every project has", () => {
  it("OP1 is refused with a sentence that names what is missing", async () => {
    const refusal = prepareDatabase(serverWithout("vector", "unaccent"), options);
    await expect(refusal).rejects.toThrow(/lacks vector, unaccent\. Install what is missing\.$/);
  });

  it("OP2 without pg_net is refused with what to copy where", async () => {
    const refusal = prepareDatabase(serverWithout("pg_net"), options);
    await expect(refusal).rejects.toThrow(
      /lacks pg_net\..* copy the two files of supabase\/local\/pg-net into its folder/,
    );
  });
});
