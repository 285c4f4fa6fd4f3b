/** Marks by the HTML elements that say them, of every program's HTML; in none of them is anything else meant. */
const MARKS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{
      b: "bold",
      strong: "bold",
      i: "italic",
      em: "italic",
      var: "italic",
      u: "underline",
      ins: "underline",
    },
    ...{ s: "strike", strike: "strike", del: "strike", code: "code", kbd: "code", samp: "code", tt: "code" },
  }),
);

/** @param name in small letters. */
export const markOfTag = (name: string): string | undefined => MARKS.get(name);
