// The types of core.gen.js, as far as functions use them. The sources are in lib/core and yjs.

export class Doc {
  constructor();
  readonly store: { readonly pendingStructs: unknown; readonly pendingDs: unknown };
  destroy(): void;
}
export function applyUpdate(doc: Doc, update: Uint8Array): void;
export function encodeStateAsUpdate(doc: Doc): Uint8Array<ArrayBuffer>;
export function encodeStateVector(doc: Doc): Uint8Array<ArrayBuffer>;
export function transact(doc: Doc, work: () => void): void;

export function toBase64(bytes: Uint8Array): string;
export function fromBase64(text: string): Uint8Array<ArrayBuffer>;

export type GuardState = Map<number, number>;
export function createGuardState(stateVector?: Uint8Array): GuardState;
export function admitUpdate(
  accepted: GuardState,
  row: { readonly yjsClientId: number; readonly data: Uint8Array },
): { readonly ok: true; readonly clock: number } | { readonly ok: false; readonly reason: string };

export type BlockRow = {
  readonly id: string;
  readonly parentPath: string;
  readonly sortOrder: string;
  readonly type: string;
  readonly content: { readonly attrs: unknown; readonly text: unknown };
  readonly plainText: string;
};
/** The newest version of documents that this bundle knows whole. */
export const SCHEMA_VERSION: number;
/** The uuids of all blocks that the document names, deleted ones too. */
export function namedBlocks(doc: Doc): Set<string>;
export function projectDocument(doc: Doc): { readonly title: string; readonly rows: readonly BlockRow[] };
export function readAsWritten(doc: Doc): void;
