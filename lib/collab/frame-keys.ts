/**
 * The key of one session, with which it signs what it says of itself: ECDSA on P-256 with SHA-256 (WebCrypto). The
 * private half never leaves the page; the public half (raw point, base64) lies with the session on the server.
 *
 * On plain-http pages browsers have no WebCrypto: such a session has no key, says so to the server, and its frames
 * carry no signature.
 */
import { fromBase64, toBase64 } from "../core/base64.ts";

export interface FrameSigner {
  /** What others check with; null: this session cannot sign. */
  readonly publicKey: string | null;
  /** Base64, or null without a key. */
  sign(text: string): Promise<string | null>;
}

export interface FrameKeys {
  create(): Promise<FrameSigner>;
  /** False also for a key or a signature that is none. */
  verify(publicKey: string, text: string, signature: string): Promise<boolean>;
}

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const SCHEME = { name: "ECDSA", hash: "SHA-256" } as const;

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** @param subtle The page's WebCrypto; null on plain-http pages. */
export function createFrameKeys(subtle: SubtleCrypto | null = globalThis.crypto?.subtle ?? null): FrameKeys {
  if (subtle === null) return keyless;
  const imported = new Map<string, Promise<CryptoKey>>();
  const importKey = (publicKey: string) => {
    const found = imported.get(publicKey);
    if (found !== undefined) return found;
    const key = subtle.importKey("raw", fromBase64(publicKey).slice(), CURVE, false, ["verify"]);
    imported.set(publicKey, key);
    return key;
  };
  return {
    async create() {
      const { publicKey, privateKey } = await subtle.generateKey(CURVE, false, ["sign", "verify"]);
      const raw = toBase64(new Uint8Array(await subtle.exportKey("raw", publicKey)));
      return {
        publicKey: raw,
        sign: async (text) => toBase64(new Uint8Array(await subtle.sign(SCHEME, privateKey, bytesOf(text)))),
      };
    },
    async verify(publicKey, text, signature) {
      try {
        const key = await importKey(publicKey);
        return await subtle.verify(SCHEME, key, fromBase64(signature).slice(), bytesOf(text));
      } catch {
        // A key or a signature of the wrong form: nobody's.
        return false;
      }
    },
  };
}

const keyless: FrameKeys = {
  create: () => Promise.resolve({ publicKey: null, sign: () => Promise.resolve(null) }),
  verify: () => Promise.resolve(false),
};
