/**
 * Access tokens. Handed out with ES256, as hosted projects do, so that `getClaims` verifies them without a
 * request; accepted with ES256 or with the folder's HS256 secret (what lite signs, and what tests mint).
 */
import { createHmac, createPrivateKey, createPublicKey, sign, timingSafeEqual, verify } from "node:crypto";
import type { Keys } from "./keys.ts";

export type Claims = Readonly<Record<string, unknown>> & { readonly role: string };

export interface Tokens {
  /** The claims when the token is genuine and not expired, or null. */
  verify(token: string): Claims | null;
  /** The claims when the signature is right, expired or not, or null. */
  read(token: string): Claims | null;
  /** An ES256 token for the outside. */
  sign(claims: Readonly<Record<string, unknown>>): string;
  /** An HS256 token for lite, which knows nothing else. */
  signInward(claims: Readonly<Record<string, unknown>>): string;
  /** The JWKS document with the public key. */
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
  const publicKey = createPublicKey(privateKey);
  const { kid } = keys.signingKey;
  const remembered = new Map<string, Claims>();

  const hmac = (input: string) => createHmac("sha256", keys.jwtSecret).update(input).digest();
  const genuine = (alg: unknown, input: string, signature: Buffer): boolean => {
    if (alg === "ES256") {
      return verify("sha256", Buffer.from(input), { key: publicKey, dsaEncoding: "ieee-p1363" }, signature);
    }
    const expected = alg === "HS256" ? hmac(input) : Buffer.alloc(0);
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
    if (!genuine(header.alg, `${head}.${body}`, Buffer.from(signature, "base64url"))) return null;
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
    signInward(claims) {
      const input = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
      return `${input}.${hmac(input).toString("base64url")}`;
    },
    jwks: {
      keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig", key_ops: ["verify"] }],
    },
  };
}
