/**
 * Maths in Markdown's grammar, for the parser (micromark): `$x$` and `$$x$$` in a line of text, a block between lines of
 * `$$`, and a line that is `$$x$$` alone. In a line the first and the last character are no blanks and no digit follows,
 * so that prices stay what they are; a backslash takes the character behind it along; nothing spans lines.
 */
import type { Code, Construct, Effects, Extension, State, TokenizeContext } from "micromark-util-types";

declare module "micromark-util-types" {
  interface TokenTypeMap {
    mathText: "mathText";
    mathTextSequence: "mathTextSequence";
    mathTextData: "mathTextData";
    mathFlow: "mathFlow";
    mathFlowFence: "mathFlowFence";
    mathFlowValue: "mathFlowValue";
  }
}

/** UTF-16 units between two dollars; longer is no formula, and reading would take the square of a text's length. */
export const LONGEST_INLINE = 1_000;

const DOLLAR = 36;
const BACKSLASH = 92;
const isBlank = (code: Code): boolean => code === -2 || code === -1 || code === 32;
const isEnd = (code: Code): boolean => code === null || code < -2;
const isDigit = (code: Code): boolean => code !== null && code >= 48 && code <= 57;

function tokenizeText(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  let opened = 0;
  let closed = 0;
  let length = 0;
  let isBehindBlank = false;
  const open: State = (code) => {
    if (code === DOLLAR && opened < 2) {
      effects.consume(code);
      opened++;
      return open;
    }
    effects.exit("mathTextSequence");
    if (isEnd(code) || isBlank(code) || code === DOLLAR) return nok(code);
    effects.enter("mathTextData");
    return data(code);
  };
  const data: State = (code) => {
    if (isEnd(code) || length++ > LONGEST_INLINE) return nok(code);
    if (code !== DOLLAR) {
      isBehindBlank = isBlank(code);
      effects.consume(code);
      return code === BACKSLASH ? escaped : data;
    }
    if (isBehindBlank) return nok(code);
    effects.exit("mathTextData");
    effects.enter("mathTextSequence");
    return close(code);
  };
  const escaped: State = (code) => {
    if (isEnd(code)) return nok(code);
    isBehindBlank = isBlank(code);
    effects.consume(code);
    return data;
  };
  const close: State = (code) => {
    if (code === DOLLAR && closed < opened) {
      effects.consume(code);
      closed++;
      return close;
    }
    if (closed < opened || code === DOLLAR || isDigit(code)) return nok(code);
    effects.exit("mathTextSequence");
    effects.exit("mathText");
    return ok(code);
  };
  return (code) => {
    effects.enter("mathText");
    effects.enter("mathTextSequence");
    return open(code);
  };
}

function previous(this: TokenizeContext, code: Code): boolean {
  return code !== DOLLAR || this.events.at(-1)?.[1].type === "characterEscape";
}

/** The next line is of the same block, not of a paragraph that goes on without its quote's mark. */
const nextLine: Construct = {
  partial: true,
  tokenize(effects, ok, nok) {
    const begun: State = (code) => (this.parser.lazy[this.now().line] ? nok(code) : ok(code));
    return (code) => {
      if (code === null) return nok(code);
      effects.enter("lineEnding");
      effects.consume(code);
      effects.exit("lineEnding");
      return begun;
    };
  },
};

/** The end of a line, then a fence of at least `size` dollars on a line of its own. */
function closing(size: number): Construct {
  return {
    partial: true,
    tokenize(effects, ok, nok) {
      let blanks = 0;
      let dollars = 0;
      const start: State = (code) => {
        if (!isBlank(code) || blanks === 3) {
          if (code !== DOLLAR) return nok(code);
          effects.enter("mathFlowFence");
          return fence(code);
        }
        blanks++;
        effects.enter("linePrefix");
        effects.consume(code);
        effects.exit("linePrefix");
        return start;
      };
      const fence: State = (code) => {
        if (code === DOLLAR) dollars++;
        else if (!isBlank(code) || dollars < size) {
          effects.exit("mathFlowFence");
          return dollars >= size && isEnd(code) ? ok(code) : nok(code);
        }
        effects.consume(code);
        return code === DOLLAR ? fence : tail;
      };
      const tail: State = (code) => {
        if (!isBlank(code)) {
          effects.exit("mathFlowFence");
          return isEnd(code) ? ok(code) : nok(code);
        }
        effects.consume(code);
        return tail;
      };
      return (code) => {
        effects.enter("lineEnding");
        effects.consume(code);
        effects.exit("lineEnding");
        return start;
      };
    },
  };
}

/** What is left of a line that ends with two dollars. */
const endOfLine: Construct = {
  partial: true,
  tokenize(effects, ok, nok) {
    let dollars = 0;
    const fence: State = (code) => {
      if (code === DOLLAR && dollars < 2) dollars++;
      else if (!isBlank(code) || dollars < 2) {
        effects.exit("mathFlowFence");
        return dollars === 2 && isEnd(code) ? ok(code) : nok(code);
      }
      effects.consume(code);
      return fence;
    };
    return (code) => {
      effects.enter("mathFlowFence");
      return fence(code);
    };
  },
};

/** Two dollars or more at the start of a line; `then` goes on behind them and the blanks. */
function openFence(effects: Effects, nok: State, then: (size: number) => State): State {
  let size = 0;
  const fence: State = (code) => {
    if (code === DOLLAR) size++;
    else if (size < 2) return nok(code);
    else if (!isBlank(code)) {
      effects.exit("mathFlowFence");
      return then(size)(code);
    }
    effects.consume(code);
    return fence;
  };
  return (code) => {
    effects.enter("mathFlow");
    effects.enter("mathFlowFence");
    return fence(code);
  };
}

/** Lines between fences; without a second one to the end of what it stands in. */
function tokenizeLines(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const isInterrupting = this.interrupt === true;
  let size = 0;
  const after: State = (code) => {
    effects.exit("mathFlow");
    return ok(code);
  };
  const atEnd: State = (code) => effects.attempt(closing(size), after, line)(code);
  const next = effects.check(nextLine, atEnd, after);
  const line: State = (code) => {
    effects.enter("lineEnding");
    effects.consume(code);
    effects.exit("lineEnding");
    return lineStart;
  };
  const lineStart: State = (code) => {
    if (isEnd(code)) return next(code);
    effects.enter("mathFlowValue");
    return value(code);
  };
  const value: State = (code) => {
    if (isEnd(code)) {
      effects.exit("mathFlowValue");
      return next(code);
    }
    effects.consume(code);
    return value;
  };
  return openFence(effects, nok, (opened) => (code) => {
    size = opened;
    if (!isEnd(code)) return nok(code);
    return isInterrupting ? ok(code) : next(code);
  });
}

/** `$$x$$` alone on its line. */
function tokenizeLine(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  const after: State = (code) => {
    effects.exit("mathFlow");
    return ok(code);
  };
  const value: State = (code) => {
    if (isEnd(code)) return nok(code);
    if (code !== DOLLAR) {
      effects.consume(code);
      return code === BACKSLASH ? escaped : value;
    }
    effects.exit("mathFlowValue");
    return effects.attempt(endOfLine, after, nok)(code);
  };
  const escaped: State = (code) => {
    if (isEnd(code)) return nok(code);
    effects.consume(code);
    return value;
  };
  return openFence(effects, nok, (size) => (code) => {
    if (size !== 2 || isEnd(code)) return nok(code);
    effects.enter("mathFlowValue");
    return value(code);
  });
}

export const mathsSyntax: Extension = {
  text: { [DOLLAR]: { name: "mathText", tokenize: tokenizeText, previous } },
  flow: {
    [DOLLAR]: [
      { name: "mathLines", tokenize: tokenizeLines, concrete: true },
      { name: "mathLine", tokenize: tokenizeLine, concrete: true },
    ],
  },
};
