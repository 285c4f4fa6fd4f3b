/**
 * The secrets of one data folder, made at its first start and kept in `keys.json` with mode 0600. They are
 * never printed. Sessions outlive restarts because the signing keys and the port stay the same.
 */
import { generateKeyPairSync, type JsonWebKey, randomBytes } from "node:crypto";
import { chmod, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

export interface Keys {
  /** Goes to browsers; acts as anon. */
  readonly publishableKey: string;
  /** Stays on the server; acts as service_role. */
  readonly secretKey: string;
  /** HS256 secret, as of Supabase's legacy keys: whoever holds it may mint tokens. */
  readonly jwtSecret: string;
  /** Private ES256 key that signs the access tokens handed out. */
  readonly signingKey: JsonWebKey & { kid: string };
  /**
   * Keys that signed before: their tokens are good until they run out. To rotate, move `signingKey` here while
   * the stand-in is stopped, and put another one in its place.
   */
  readonly previousKeys?: readonly (JsonWebKey & { kid: string })[];
  /** What the database shows to an edge function to prove that the call is its own. */
  readonly functionsSecret: string;
  /** The port of the last start; the next one takes it again if it is free. */
  readonly port?: number;
}

const secret = (bytes: number) => randomBytes(bytes).toString("base64url");

function createKeys(): Keys {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    publishableKey: `sb_publishable_${secret(24)}`,
    secretKey: `sb_secret_${secret(24)}`,
    jwtSecret: secret(48),
    signingKey: { ...privateKey.export({ format: "jwk" }), kid: secret(12) },
    functionsSecret: secret(32),
  };
}

/** Reads the folder's keys, or makes them. Throws a sentence when the file is damaged. */
export async function loadKeys(folder: string): Promise<Keys> {
  const file = join(folder, "keys.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) {
    const keys = createKeys();
    await saveKeys(folder, keys);
    return keys;
  }
  await chmod(file, 0o600);
  return parseKeys(text, file);
}

function parseKeys(text: string, file: string): Keys {
  try {
    const keys = JSON.parse(text) as Keys;
    if (keys.publishableKey && keys.secretKey && keys.jwtSecret && keys.signingKey.d) return keys;
  } catch (cause) {
    throw new Error(`The keys in ${file} cannot be read: it is not JSON. Delete it to get new ones.`, {
      cause,
    });
  }
  throw new Error(`The keys in ${file} are incomplete. Delete it to get new ones; everybody signs in again.`);
}

/** Replaces the file in one step, so that a crash leaves the old or the new one. */
export async function saveKeys(folder: string, keys: Keys): Promise<void> {
  const file = join(folder, "keys.json");
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, "w", 0o600);
  await handle.writeFile(`${JSON.stringify(keys, null, 2)}\n`);
  await handle.sync();
  await handle.close();
  await rename(draft, file);
}
