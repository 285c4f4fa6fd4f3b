/**
 * Access tokens. Handed out with ES256, as hosted projects do, so that `getClaims` verifies them without a
 * request; accepted with ES256, by one of the published keys, or with the folder's HS256 secret and without a key
 * id (as of Supabase's legacy secret; what tests mint).
 */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import type { Keys } from "./keys.ts";

export type Claims = Readonly<Record<string, unknown>> & { readonly role: string };

export interface Tokens {
  /** The claims when the token is genuine and not expired, or null. */
  verify(token: string): Claims | null;
  /** The claims when the signature is right, expired or not, or null. */
  read(token: string): Claims | null;
  /** An ES256 token for the outside. */
  sign(claims: Readonly<Record<string, unknown>>): string;
  /** The JWKS document with the public keys, the one that signs now first. */
  readonly jwks: { keys: Record<string, unknown>[] };
}

const REMEMBERED = 500;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function decode(part: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export function createTokens(keys: Keys): Tokens {
  const privateKey = createPrivateKey({ key: keys.signingKey, format: "jwk" });
  const { kid } = keys.signingKey;
  const published = new Map<unknown, KeyObject>(
    [keys.signingKey, ...(keys.previousKeys ?? [])].map((key) => [key.kid, publicOf(key)]),
  );
  const remembered = new Map<string, Claims>();

  const hmac = (input: string) => createHmac("sha256", keys.jwtSecret).update(input).digest();
  const genuine = (head: Record<string, unknown>, input: string, signature: Buffer): boolean => {
    if (head.alg === "ES256") {
      const key = published.get(head.kid);
      return (
        key !== undefined &&
        verify("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }, signature)
      );
    }
    // A key id names a published key, and those are not for HS256.
    const expected = head.alg === "HS256" && head.kid === undefined ? hmac(input) : Buffer.alloc(0);
    return (
      expected.length > 0 && expected.length === signature.length && timingSafeEqual(expected, signature)
    );
  };

  const read = (token: string): Claims | null => {
    const known = remembered.get(token);
    if (known) return known;
    const [head, body, signature, ...rest] = token.split(".");
    const header = decode(head);
    const claims = decode(body);
    if (!header || !claims || !signature || rest.length > 0 || typeof claims.role !== "string") return null;
    if (!genuine(header, `${head}.${body}`, Buffer.from(signature, "base64url"))) return null;
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(token, claims as Claims);
    return claims as Claims;
  };

  return {
    read,
    verify(token) {
      const claims = read(token);
      if (!claims) return null;
      const expires = claims.exp;
      return typeof expires === "number" && expires * 1000 > Date.now() ? claims : null;
    },
    sign(claims) {
      const input = `${encode({ alg: "ES256", typ: "JWT", kid })}.${encode(claims)}`;
      const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
      return `${input}.${signature.toString("base64url")}`;
    },
    jwks: {
      keys: [...published].map(([id, key]) => ({
        ...key.export({ format: "jwk" }),
        kid: id,
        alg: "ES256",
        use: "sig",
        key_ops: ["verify"],
        ext: true,
      })),
    },
  };
}

const publicOf = (key: JsonWebKey): KeyObject => createPublicKey(createPrivateKey({ key, format: "jwk" }));
