/**
 * Places where the document itself is needed. Each is one function with a fixed shape, so that what lies behind it
 * can change without a change in the screens.
 */

/** A title lives in the document; renaming in the tree writes there. */
export async function renameDocument(_documentId: string, _title: string): Promise<void> {
  throw new Error("Open the document and change its title there.");
}
