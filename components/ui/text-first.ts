/**
 * What comes by itself, and not because somebody asked, waits for the text of the document: code that loads beside it
 * would only make it late. A page that opens a document says so as it is drawn, and when the text is there.
 */

/** A text that is not there by then is not waited for. */
const LONGEST_MS = 3_000;

let shown = Promise.resolve();
let tell: () => void = () => undefined;

/** Until `textIsShown`. */
export function textComes(): void {
  shown = new Promise((resolve) => {
    tell = resolve;
    setTimeout(resolve, LONGEST_MS);
  });
}

export const textIsShown = (): void => tell();

/** At once on a page without a text. */
export const afterText = (): Promise<void> => shown;
