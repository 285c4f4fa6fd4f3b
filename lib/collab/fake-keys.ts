/** For tests: signatures without mathematics. A session's key is named after it, and signs with its name. */
import type { AwarenessMessage, SignedFrame } from "../core/protocol.ts";
import type { FrameKeys } from "./frame-keys.ts";

const sign = (publicKey: string, text: string) => `${publicKey} signs ${text.length}:${text.slice(0, 150)}`;

export function fakeKeys(sessionId: string): FrameKeys {
  const publicKey = `key of ${sessionId}`;
  return {
    create: () => Promise.resolve({ publicKey, sign: (text) => Promise.resolve(sign(publicKey, text)) }),
    verify: (key, text, signature) => Promise.resolve(signature === sign(key, text)),
  };
}

export function signedBy(signer: string, documentId: string, message: AwarenessMessage): SignedFrame {
  const frame = JSON.stringify(message);
  const signature = sign(`key of ${signer}`, `${documentId}\n${frame}`);
  return { sessionId: message.sessionId, frame, signature };
}
