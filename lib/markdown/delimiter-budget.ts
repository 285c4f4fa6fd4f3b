/**
 * What a text may cost the parser by its delimiters. For a "]" or a run of "*", "_" or "~" that fits nothing before it
 * micromark walks back over all that it read of the text: 50,000 of them in one paragraph are a minute. Once a text has had
 * its share they are the signs that they are.
 */
import type { Construct, Effects, Extension, State, TokenizeContext } from "micromark-util-types";

/** Steps back over what was read, in all: half a second. 1,800 links or 2,500 bold words in a paragraph stay below. */
const MOST_STEPS = 50_000_000;

const steps = new WeakMap<TokenizeContext, number>();

function tokenize(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const taken = (steps.get(this) ?? 0) + this.events.length;
  steps.set(this, taken);
  return (code) => {
    if (taken < MOST_STEPS) return nok(code);
    effects.enter("data");
    effects.consume(code);
    effects.exit("data");
    return ok;
  };
}

const spentDelimiter: Construct = { name: "spentDelimiter", tokenize };

/** To be the last of the extensions, and so the first that is asked. */
export const delimiterBudget: Extension = {
  // ] * _ ~
  text: { 93: spentDelimiter, 42: spentDelimiter, 95: spentDelimiter, 126: spentDelimiter },
};
