/**
 * The tokens of signed URLs: HS256, with a key of the data folder that signs nothing else, so that no access
 * token passes for one and none passes for an access token. A token names one object, its use and its end.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Keys } from "./keys.ts";
import { invalidJwt, invalidSignature } from "./storage-errors.ts";

export interface SignedUrl {
  /** `bucket/name of the object`. */
  readonly url: string;
  readonly use: "download" | "upload";
  /** Seconds since 1970. */
  readonly exp: number;
  /** Of an upload: who becomes the owner, and whether an object that is there is replaced. */
  readonly owner?: string;
  readonly upsert?: boolean;
}

export interface UrlSigner {
  /** Signs for that many seconds from now. */
  sign(what: Omit<SignedUrl, "exp">, seconds: number): string;
  /** What the token says; throws what Storage answers when it is forged, expired or for something else. */
  verify(token: string, url: string, use: SignedUrl["use"]): SignedUrl;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const HEAD = encode({ alg: "HS256", typ: "JWT" });

export function createUrlSigner(keys: Keys): UrlSigner {
  const key = Buffer.from(hkdfSync("sha256", keys.jwtSecret, "", "storage-url-signing-key", 32));
  const signature = (body: string) => createHmac("sha256", key).update(`${HEAD}.${body}`).digest();
  return {
    sign(what, seconds) {
      const now = Math.floor(Date.now() / 1000);
      const body = encode({ ...what, iat: now, exp: now + seconds });
      return `${HEAD}.${body}.${signature(body).toString("base64url")}`;
    },
    verify(token, url, use) {
      const [head, body, given, ...rest] = token.split(".");
      if (!head || !body || !given || rest.length > 0) throw invalidJwt("Invalid Compact JWS");
      const right = signature(body);
      const shown = Buffer.from(given, "base64url");
      // The last character of base64 has bits to spare: only the one right spelling is taken.
      const same = shown.toString("base64url") === given && shown.length === right.length;
      if (head !== HEAD || !same || !timingSafeEqual(shown, right)) {
        throw invalidJwt("signature verification failed");
      }
      const signed = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as SignedUrl;
      if (signed.exp * 1000 <= Date.now()) throw invalidJwt('"exp" claim timestamp check failed');
      if (signed.url !== url || signed.use !== use) throw invalidSignature();
      return signed;
    },
  };
}
